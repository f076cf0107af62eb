/** The audit trail of an account, as a source for the engine. Does I/O through `Upstream`. */
import type { Digest } from "../../digest.ts";
import { CollectorError } from "../../errors.ts";
import type { Page, Source, TooLarge } from "../../engine/ports.ts";
import type { LivePersonSettings } from "./settings.ts";
import type { Sender } from "../../upstream/upstream.ts";
import {
  isGraphqlComplaint,
  isRefusal,
  isServerError,
  otherFormat,
  readAtMs,
  readCut,
  readJson,
  totalOf,
  unknownShape,
  unreadable,
} from "./audit_answer.ts";
import { AuditApi } from "./audit_api.ts";
import { isLasting, withRefusedRun } from "./changeover.ts";
import { type Dialect, GRAPHQL, readDialect, REST, withAnswered } from "./dialect.ts";
import { isPageFailure } from "./failure.ts";
import { type AuditRange, graphqlBody, isGraphql, readGraphql } from "./graphql.ts";
import { type RawRecord, type SourceRecord, toRecords } from "./record.ts";
import { readRest, restBody } from "./rest.ts";
import type { Session } from "./session.ts";

/** The most records that the service answers at once. */
export const PAGE_SIZE = 500;

/** The default page size is 50, so servers are assumed not to cap pages below that. */
export const SMALLEST_PAGE = 50;

interface AnsweredPage {
  /** Null stands for a record that the service could not render. */
  readonly raw: readonly (RawRecord | null)[];
  readonly headers: Headers;
  readonly bytes: number;
  /** The dialect of the answer. */
  readonly dialect: Dialect;
}

export class AuditTrail implements Source<SourceRecord> {
  readonly #api: AuditApi;
  #dialect: Dialect | null;
  /** Refusals of the account's format are counted once per run. */
  #refusalIsCounted = false;

  /** `memory`: what an earlier run kept, see `memory` below; null if nothing. */
  constructor(
    private readonly settings: LivePersonSettings,
    private readonly upstream: Sender,
    private readonly session: Session,
    private readonly host: { readonly now: () => number; readonly digest: Digest },
    memory: unknown,
  ) {
    const known = readDialect(memory);
    const api = settings.LIVEPERSON_AUDIT_API;
    const configured = api === "auto" ? null : api === "rest" ? REST : GRAPHQL;
    this.#dialect = known !== null && (configured === null || known.api === api)
      ? known
      : configured;
    this.#api = new AuditApi(settings.LIVEPERSON_ACCOUNT_ID, upstream, session);
  }

  /** What the next run should know about this source: plain JSON, opaque to everything else. */
  get memory(): unknown {
    return this.#dialect;
  }

  /** How often the service has asked for fewer requests so far. */
  get throttled(): number {
    return this.upstream.used.answers.audit?.["429"] ?? 0;
  }

  /** What the listing depends on: when this changes, a place in the listing means nothing any longer. */
  get scope(): string {
    const { INCLUDE_LPA_CHANGES: lpa, INCLUDE_AUTOMATIC_UPDATES: automatic } = this.settings;
    return JSON.stringify({ api: this.#dialect?.api, lpa, automatic });
  }

  /** Can this page not be read, although the account can? Then a smaller one may be. */
  isPageFailure(error: unknown): boolean {
    return isPageFailure(error);
  }

  /** What was read of a page that is too large; null for any other failure. */
  tooLarge(error: unknown): TooLarge | null {
    return readCut(error);
  }

  /** @throws {CollectorError} `token_refused`, `audit_forbidden`, `audit_refused` or an `upstream_…` one */
  async read(range: AuditRange): Promise<Page<SourceRecord>> {
    const askedAtMs = this.host.now();
    const { raw, headers, bytes, dialect } = await this.#list(range);
    this.#dialect = dialect;
    if (raw.length > range.first) {
      throw unreadable(`It answered ${raw.length} records, though ${range.first} were asked for.`);
    }
    const records = await toRecords(raw, this.settings.LIVEPERSON_ACCOUNT_ID, this.host.digest);
    return { records, readAtMs: readAtMs(askedAtMs, headers), total: totalOf(headers), bytes };
  }

  async #list(range: AuditRange): Promise<AnsweredPage> {
    if (this.#dialect === null) return await this.#introduce(range);
    const { api } = this.#dialect;
    try {
      const answer = await this.#ask(range, this.#dialect);
      if (await this.session.refusals() !== undefined) await this.session.keepRefusals(undefined);
      return answer;
    } catch (error) {
      if (this.settings.LIVEPERSON_AUDIT_API !== "auto" || !isRefusal(error)) throw error;
      if (!await this.#isRefusedLastingly(api)) throw error;
      return await this.#askOr(error, range, api === "rest" ? GRAPHQL : REST);
    }
  }

  /** Counts this run among those in which the account's format was refused. */
  async #isRefusedLastingly(api: Dialect["api"]): Promise<boolean> {
    const nowMs = this.host.now();
    const before = await this.session.refusals();
    if (this.#refusalIsCounted && before !== undefined) return isLasting(before, nowMs);
    this.#refusalIsCounted = true;
    const refusals = withRefusedRun(before, api, nowMs);
    await this.session.keepRefusals(refusals);
    return isLasting(refusals, nowMs);
  }

  /** The first call to an account: GraphQL is tried, and the answer shows which format the account uses. */
  async #introduce(range: AuditRange): Promise<AnsweredPage> {
    try {
      return await this.#ask(range, GRAPHQL);
    } catch (error) {
      if (isRefusal(error)) return await this.#askOr(error, range, REST);
      if (!isServerError(error)) throw error;
      // a server may fail because it does not know the format, or only for a moment
      const rest = await this.#askOr(error, range, REST);
      return await this.#ask(range, GRAPHQL).catch((again) => {
        if (isRefusal(again) || isServerError(again)) return rest;
        throw again;
      });
    }
  }

  /** Asks in another format; if that is refused too, the first refusal counts. */
  async #askOr(first: unknown, range: AuditRange, dialect: Dialect): Promise<AnsweredPage> {
    try {
      return await this.#ask(range, dialect);
    } catch (error) {
      throw isRefusal(error) || isServerError(error) ? first : error;
    }
  }

  async #ask(range: AuditRange, dialect: Dialect): Promise<AnsweredPage> {
    if (dialect.api === "graphql") return await this.#askGraphql(range, dialect, this.host.now());
    const { probing, maxBytes } = range;
    const reply = await this.#api.post(restBody(range), { probing, maxBytes });
    const answer = readJson(reply);
    const raw = readRest(answer);
    if (raw === null) throw isGraphql(answer) ? otherFormat() : unknownShape();
    return { raw, headers: reply.headers, bytes: reply.bytes, dialect };
  }

  async #askGraphql(range: AuditRange, dialect: Dialect, nowMs: number): Promise<AnsweredPage> {
    const filter = {
      lpa: this.settings.INCLUDE_LPA_CHANGES,
      automaticUpdates: this.settings.INCLUDE_AUTOMATIC_UPDATES,
    };
    const body = graphqlBody(range, filter, dialect, nowMs);
    const reply = await this.#api.post(body, {
      probing: range.probing,
      maxBytes: range.maxBytes,
      accepts: isGraphqlComplaint,
    });
    const answer = readGraphql(readJson(reply), dialect, nowMs);
    switch (answer.kind) {
      case "records": {
        const { headers, bytes } = reply;
        return { raw: answer.records, headers, bytes, dialect: withAnswered(dialect, nowMs) };
      }
      case "adapt":
        return await this.#askGraphql(range, answer.dialect, nowMs);
      case "error":
        throw new CollectorError("upstream_failed", {
          detail: `The audit API answered with a GraphQL error: ${answer.message.slice(0, 200)}`,
          upstream: { name: "audit", status: 200 },
        });
      case "rest":
        throw otherFormat();
      case "other":
        throw unknownShape();
    }
  }
}
