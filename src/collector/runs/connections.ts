/**
 * The connections of one run or command to the services outside: all its requests go through one
 * `Upstream`, with one budget of requests and time.
 */
import { neededNames } from "../../destinations/advice.ts";
import { kindOf, KINDS } from "../../destinations/catalog.ts";
import type { DestinationTools, OpenDestination, Unverified } from "../../destinations/kind.ts";
import { CollectorError } from "../../errors.ts";
import { AuditTrail } from "../../sources/liveperson/audit.ts";
import { Session } from "../../sources/liveperson/session.ts";
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import { FORGETFUL, openVault, readOnly, type Vault } from "../../storage/vault.ts";
import { Upstream } from "../../upstream/upstream.ts";
import type { RunLimit } from "../health/report.ts";
import type { Platform } from "../platform.ts";
import { openTrace, type Trace } from "./trace.ts";

/** After this long, a run reads no further page and retries nothing. */
const TIME_BUDGET_MS = 120_000;
/** Once only this many requests are left, no page is read: they are for pushing what was read. */
const RESERVED_REQUESTS = 12;

/** Where the collector's own storage keeps what is remembered about LivePerson and about the destination. */
export const SESSION_KEY = "session";
export const DESTINATION_KEY = "destination";

export class Connections {
  readonly upstream: Upstream;
  readonly #deadlineMs: number;

  private constructor(
    private readonly settings: PipelineSettings,
    private readonly platform: Platform,
    trace: Trace,
  ) {
    this.#deadlineMs = platform.now() + TIME_BUDGET_MS;
    this.upstream = new Upstream({
      fetch: platform.fetch,
      now: platform.now,
      timeoutMs: settings.REQUEST_TIMEOUT,
      retryDelayMs: settings.RETRY_DELAY,
      deadlineMs: this.#deadlineMs,
      maxRequests: settings.REQUESTS_PER_RUN,
      trace,
      stop: platform.stop,
      ...(platform.ending !== undefined && { ending: platform.ending }),
      ...(platform.sleep !== undefined && { sleep: platform.sleep }),
    });
  }

  /** `runId`: ties together the log lines of a run or command. */
  static async open(
    settings: PipelineSettings,
    platform: Platform,
    runId: string,
  ): Promise<Connections> {
    return new Connections(settings, platform, await openTrace(settings, platform, runId));
  }

  /** False when what is left of the budget is needed for something else: reading leaves some of it to pushing. */
  hasBudget(purpose?: "pushing"): boolean {
    const reserved = purpose === "pushing" ? 0 : RESERVED_REQUESTS;
    return !this.platform.stop.aborted && this.upstream.requestsLeft > reserved &&
      this.platform.now() < this.#deadlineMs;
  }

  /** Which limit leaves nothing for reading; null if none does. */
  get limitReached(): RunLimit | null {
    if (this.upstream.requestsLeft <= RESERVED_REQUESTS) return "REQUESTS_PER_RUN";
    return this.platform.now() >= this.#deadlineMs ? "time" : null;
  }

  /** Gives a busy service time; see the engine's `Ports`. */
  async waitToSendAgain(times: number): Promise<boolean> {
    return this.hasBudget("pushing") && await this.upstream.waitToRetry(times);
  }

  /** `vault`: where hosts and token are remembered; the collector's own if left out. */
  session(vault: Vault = this.sessionVault()): Session {
    return new Session(this.settings, this.upstream, vault, this.platform.now);
  }

  /** `memory`: what the source kept with the cursor; null if there is none. */
  audit(session: Session, memory: unknown): AuditTrail {
    return new AuditTrail(this.settings, this.upstream, session, this.platform, memory);
  }

  /** The same, for reading before a push: reading ends when pushing needs the requests, wherever it is. */
  auditToPush(memory: unknown): AuditTrail {
    const upstream = this.upstream.leaving(RESERVED_REQUESTS);
    return new AuditTrail(this.settings, upstream, this.session(), this.platform, memory);
  }

  /**
   * Tests the destination without changing anything there, or in what is remembered about it; null when it
   * has no call for that. `fresh`: as if nothing were remembered.
   */
  destinationCheck(fresh: boolean): (() => Promise<void | Unverified>) | null {
    const check = kindOf(this.settings.pipeline.destination?.kind)?.connectionCheck.check ?? null;
    const tools = this.#tools;
    const vault: DestinationTools["vault"] = (secret, binding) =>
      fresh ? FORGETFUL : readOnly(tools.vault(secret, binding));
    return check === null ? null : () => check(this.settings, { ...tools, vault });
  }

  /** @throws {CollectorError} `destination_not_configured` */
  destination(): OpenDestination {
    const kind = kindOf(this.settings.pipeline.destination?.kind);
    const opened = kind?.open(this.settings, this.#tools) ?? null;
    if (opened !== null) return opened;
    throw new CollectorError("destination_not_configured", {
      detail: `${KINDS.map(neededNames).join(", nor ")} are not set.`,
    });
  }

  get #tools(): DestinationTools {
    const { local, now } = this.platform;
    const vault = (secret: string, binding: string) =>
      openVault(local, { key: DESTINATION_KEY, secret, binding });
    return { upstream: this.upstream, now, vault, account: this.settings.LIVEPERSON_ACCOUNT_ID };
  }

  /** What was learned under other settings must not be used: it can't be decrypted under these. */
  sessionVault(): Vault {
    const binding = [
      this.settings.LIVEPERSON_ACCOUNT_ID,
      this.settings.LIVEPERSON_CLIENT_ID,
      this.settings.LIVEPERSON_AUTH_SERVER_URL ?? "",
      this.settings.LIVEPERSON_DOMAIN_API_URL,
      ...this.settings.LIVEPERSON_FURTHER_HOSTS ?? [],
    ].join(" ");
    const secret = this.settings.LIVEPERSON_CLIENT_SECRET;
    return openVault(this.platform.local, { key: SESSION_KEY, secret, binding });
  }
}
