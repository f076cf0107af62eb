/** The audit trail of an account, as a source for the engine. Does I/O through `Upstream`. */
import type { Digest } from "../../digest.ts";
import { CollectorError } from "../../errors.ts";
import type { Page, Source } from "../../engine/locate.ts";
import type { LivePersonSettings } from "./settings.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { type Dialect, GRAPHQL, readDialect, REST } from "./dialect.ts";
import { failure, isSilence } from "./failure.ts";
import { type AuditRange, graphqlBody, readGraphql } from "./graphql.ts";
import { type RawRecord, type SourceRecord, toRecords } from "./record.ts";
import { readRest, restBody } from "./rest.ts";
import type { Session } from "./session.ts";

/** The most records that the service answers at once. */
export const PAGE_SIZE = 500;

interface Answer {
  readonly raw: readonly RawRecord[];
  readonly total: number | undefined;
}

export class AuditTrail implements Source<SourceRecord> {
  #dialect: Dialect | null;

  /** `memory`: what an earlier run kept, see there; null if nothing was. */
  constructor(
    private readonly settings: LivePersonSettings,
    private readonly upstream: Upstream,
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
  }

  /** What the next run should know of this source: plain JSON, opaque to everybody else. */
  get memory(): unknown {
    return this.#dialect;
  }

  /** How often the service has asked for fewer requests so far. */
  get throttled(): number {
    return this.upstream.used.answers.audit?.["429"] ?? 0;
  }

  /** @throws {CollectorError} `token_refused`, `audit_forbidden`, `audit_refused` or an `upstream_…` one */
  async read(range: AuditRange): Promise<Page<SourceRecord>> {
    const readAtMs = this.host.now();
    const { raw, total } = await this.#list(range);
    if (raw.length > range.first) {
      throw unreadable(`It answered ${raw.length} records where ${range.first} were asked for.`);
    }
    const accountId = this.settings.LIVEPERSON_ACCOUNT_ID;
    return { records: await toRecords(raw, accountId, this.host.digest), readAtMs, total };
  }

  async #list(range: AuditRange): Promise<Answer> {
    if (this.#dialect === null) return await this.#introduce(range);
    try {
      return await this.#ask(range, this.#dialect);
    } catch (error) {
      const mayHaveChanged = this.settings.LIVEPERSON_AUDIT_API === "auto" && isRefusal(error);
      if (!mayHaveChanged) throw error;
      return await this.#introduce(range);
    }
  }

  /** The first call to an account: GraphQL is tried, and the answer tells which format it speaks. */
  async #introduce(range: AuditRange): Promise<Answer> {
    try {
      return await this.#ask(range, GRAPHQL);
    } catch (error) {
      if (!isRefusal(error) && !isServerError(error)) throw error;
      try {
        return await this.#ask(range, REST);
      } catch (second) {
        throw isRefusal(second) || isServerError(second) ? error : second;
      }
    }
  }

  async #ask(range: AuditRange, dialect: Dialect): Promise<Answer> {
    if (dialect.api === "graphql") return await this.#askGraphql(range, dialect);
    const reply = await this.#post(restBody(range));
    const raw = readRest(parse(reply));
    if (raw === null) throw anotherFormat();
    this.#dialect = dialect;
    return { raw, total: totalOf(reply) };
  }

  async #askGraphql(range: AuditRange, dialect: Dialect): Promise<Answer> {
    const filter = {
      lpa: this.settings.INCLUDE_LPA_CHANGES,
      automaticUpdates: this.settings.INCLUDE_AUTOMATIC_UPDATES,
    };
    const reply = await this.#post(graphqlBody(range, filter, dialect));
    const answer = readGraphql(parse(reply), dialect);
    switch (answer.kind) {
      case "records":
        this.#dialect = dialect;
        return { raw: answer.records, total: totalOf(reply) };
      case "adapt":
        return await this.#askGraphql(range, answer.dialect);
      case "error":
        throw new CollectorError("upstream_failed", {
          detail: `The audit API answered a GraphQL error: ${answer.message.slice(0, 200)}`,
          upstream: { name: "audit", status: 200 },
        });
      case "other":
        throw anotherFormat();
    }
  }

  /** Posts to the audit API: with a new token once if the token is refused, to the rediscovered host once if it is gone. */
  async #post(body: string): Promise<UpstreamReply> {
    const origin = await this.session.auditOrigin();
    let reply: UpstreamReply;
    try {
      reply = await this.#postWithToken(origin, body);
    } catch (error) {
      if (!isSilence(error, "audit")) throw error;
      const rediscovered = await this.session.discoverAudit();
      if (rediscovered === origin) throw error;
      reply = await this.#postWithToken(rediscovered, body);
    }
    if (reply.status === 200) return reply;
    if (reply.status === 401) throw failure("audit", reply, "token_refused");
    if (reply.status === 403) throw failure("audit", reply, "audit_forbidden");
    // a server of GraphQL may answer its complaints with 400
    if (reply.status === 400 && isGraphqlComplaint(reply)) return reply;
    throw failure("audit", reply, reply.status < 500 ? "audit_refused" : undefined);
  }

  async #postWithToken(origin: string, body: string): Promise<UpstreamReply> {
    const reply = await this.#send(origin, await this.session.accessToken(), body);
    return reply.status === 401
      ? await this.#send(origin, await this.session.signIn(), body)
      : reply;
  }

  #send(origin: string, accessToken: string, body: string): Promise<UpstreamReply> {
    const { LIVEPERSON_ACCOUNT_ID } = this.settings;
    return this.upstream.send({
      name: "audit",
      method: "POST",
      url: `${origin}/api/account/${LIVEPERSON_ACCOUNT_ID}/configuration/metadata/audit`,
      headers: {
        Authorization: `Bearer ${accessToken}`,
        "Content-Type": "application/json",
        Accept: "application/json",
      },
      body,
    });
  }
}

function parse(reply: UpstreamReply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    const looksLikeHtml = /^\s*</.test(reply.text);
    throw unreadable(looksLikeHtml ? "It answered HTML, not JSON." : "Its answer is not JSON.");
  }
}

function isGraphqlComplaint(reply: UpstreamReply): boolean {
  try {
    return Array.isArray(JSON.parse(reply.text)?.errors);
  } catch {
    return false;
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "audit_refused";
}

/** A server may stumble over the format that it does not speak. */
function isServerError(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "upstream_failed" &&
    error.details.upstream?.name === "audit" && error.details.upstream.status === 500;
}

function anotherFormat(): CollectorError {
  return new CollectorError("audit_refused", {
    detail: "The audit API did not answer in the format that it was asked in.",
    upstream: { name: "audit", status: 200 },
  });
}

/** `X-Total-Count`: of all that match or of the page, which is not documented. */
function totalOf(reply: UpstreamReply): number | undefined {
  const header = reply.headers.get("X-Total-Count");
  return header !== null && /^\d{1,12}$/.test(header) ? Number(header) : undefined;
}

function unreadable(detail: string): CollectorError {
  return new CollectorError("upstream_unreadable", {
    detail: `The audit API: ${detail}`,
    upstream: { name: "audit", status: 200 },
  });
}
