/**
 * A simulated LivePerson: Domain API, Sentinel and Audit Trail on one loopback port. This file owns
 * the options, the state and the routing; the answers are made in the files it imports. I/O happens
 * in loopback_server.ts only.
 */

import { answerAudit, type AuditAnswer, type AuditSettings } from "./audit.ts";
import { AuditLog } from "./audit_log.ts";
import { answerDomain } from "./domain.ts";
import { Faults } from "./faults.ts";
import { PLAIN_LISTING } from "./listing_habits.ts";
import { type Inbound, jsonAnswer, startLoopbackServer, type Watch } from "./loopback_server.ts";
import type { AuditRecord } from "./records.ts";
import { type Account, answerToken, type TokenSettings, TokenStore } from "./sentinel.ts";

/**
 * Behaviour that may change while the simulator runs: set the field, and the next request sees it.
 */
type LivePersonSettings =
  & { -readonly [K in keyof AuditSettings]: AuditSettings[K] }
  & { -readonly [K in keyof TokenSettings]: TokenSettings[K] }
  & {
    /**
     * The text that the Domain API gives as `baseURI`; `undefined`: the simulator's own host and
     * port.
     */
    baseUri: string | undefined;
    /** Hosts that the account has left, each with its status for audit and token requests. */
    leftHosts: ReadonlyMap<string, number>;
  };

/** How to start. Every setting is optional; see `DEFAULTS`. */
export interface LivePersonOptions extends Partial<LivePersonSettings> {
  readonly accounts: readonly Account[];
  /** Default 0: any free port. */
  readonly port?: number;
  /** The clock, in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Added to every request, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Whether `requests` keeps the bodies of audit requests. Default true. */
  readonly keepRequestBodies?: boolean;
  /**
   * Whether a page that is asked for again is answered from memory, until records are added: then
   * late arrivals don't appear by themselves. For measurements. Default false.
   */
  readonly keepAnswers?: boolean;
  /** Is told of each request. */
  readonly watch?: Watch;
}

/** One request as the simulator saw it. */
export interface LivePersonRequest {
  readonly target: "domain" | "token" | "audit" | "unknown";
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  /** The body of an audit request; empty for any other. */
  readonly body: string;
  readonly offset?: number | undefined;
  readonly first?: number | undefined;
  /** How many records were answered. */
  readonly returned?: number | undefined;
}

/** A running simulator. Its settings are fields of its own. */
export interface LivePersonSimulator extends LivePersonSettings, AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly faults: Faults;
  readonly requests: readonly LivePersonRequest[];
  /** The audit trail of an account. @throws {Error} when there is no such account */
  log(accountId: string): AuditLog;
  /** Adds each record to the trail of its account. @throws {Error} when there is no such account */
  add(records: Iterable<AuditRecord>): void;
  /** Makes every token so far worthless. */
  revokeTokens(): void;
  /** Changes the secret that Sentinel accepts; tokens given out before stay good. */
  setSecret(accountId: string, clientSecret: string): void;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

const DEFAULTS: LivePersonSettings = {
  ...PLAIN_LISTING,
  wire: "graphql",
  knowsActionType: true,
  orderDirectionLiteral: "enum",
  graphqlErrorStatus: 200,
  totalCountMeaning: "all",
  forbidden: false,
  refusedTokenStatus: 401,
  failsWith: undefined,
  unrenderable: undefined,
  unrenderedAs: "null",
  tokenLifetimeSeconds: 3600,
  omitExpiresIn: false,
  baseUri: undefined,
  leftHosts: new Map(),
};

/** Where a request belongs. */
interface Route {
  readonly target: "domain" | "token" | "audit";
  readonly accountId: string;
  /** The service that the Domain API is asked for; empty for other targets. */
  readonly service: string;
}

/** The endpoints of the simulator: method, path (its first group is the account id) and name. */
const ROUTES = [
  ["GET", /^\/api\/account\/([^/]+)\/service\/([^/]+)\/baseURI\.json$/, "domain"],
  ["POST", /^\/sentinel\/api\/v2\/account\/([^/]+)\/app\/token$/, "token"],
  ["POST", /^\/api\/account\/([^/]+)\/configuration\/metadata\/audit$/, "audit"],
] as const;

/** Starts a simulated LivePerson on 127.0.0.1. */
export async function startLivePerson(options: LivePersonOptions): Promise<LivePersonSimulator> {
  const { now = Date.now, keepRequestBodies = true, keepAnswers = false } = options;
  const accounts = new Map(options.accounts.map((account) => [account.accountId, account]));
  const logs = new Map(options.accounts.map(({ accountId }) => [accountId, new AuditLog()]));
  const tokens = new TokenStore();
  const faults = new Faults();
  const requests: LivePersonRequest[] = [];
  const kept = new Map<string, AuditAnswer>();

  const server = await startLoopbackServer<AuditAnswer>({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    faults,
    now,
    watch: options.watch,
    targetOf: (request) => route(request)?.target,
    handle(request) {
      const found = route(request);
      if (found === undefined) return jsonAnswer(404, { message: "Not found" });
      const { target, accountId, service } = found;
      const left = simulator.leftHosts.get(request.headers.host ?? "");
      if (left !== undefined && target !== "domain") return leftAnswer(left);
      const account = accounts.get(accountId);
      switch (target) {
        case "domain":
          return answerDomain(request, account, service, simulator.baseUri ?? simulator.host);
        case "token":
          return answerToken(request, account, simulator, tokens, now());
        case "audit": {
          const isAllowed = tokens.accepts(request.headers.authorization, accountId, now());
          const log = isAllowed ? logs.get(accountId) : undefined;
          const answer = () => answerAudit(request, simulator, log, now());
          if (!keepAnswers || log === undefined) return answer();
          const question = `${accountId} ${new TextDecoder().decode(request.body)}`;
          return kept.getOrInsertComputed(question, answer);
        }
      }
    },
    seen(request, status, answer) {
      const target = route(request)?.target ?? "unknown";
      const keepsBody = keepRequestBodies && target === "audit";
      requests.push({
        target,
        method: request.method,
        path: request.path,
        status,
        body: keepsBody ? new TextDecoder().decode(request.body) : "",
        offset: answer?.page?.offset,
        first: answer?.page?.first,
        returned: answer?.page?.returned,
      });
    },
  });

  function logOf(accountId: string): AuditLog {
    const log = logs.get(accountId);
    if (log === undefined) throw new Error(`The simulator has no account "${accountId}"`);
    return log;
  }

  const host = `127.0.0.1:${server.port}`;
  const simulator: LivePersonSimulator = {
    ...settingsOf(options),
    url: `http://${host}`,
    host,
    faults,
    requests,
    log: logOf,
    add(records) {
      kept.clear();
      for (const [accountId, group] of Map.groupBy(records, (record) => record.accountId)) {
        logOf(accountId).add(group);
      }
    },
    revokeTokens: () => tokens.revokeAll(),
    setSecret(accountId, clientSecret) {
      const account = accounts.get(accountId);
      if (account === undefined) throw new Error(`The simulator has no account "${accountId}"`);
      accounts.set(accountId, { ...account, clientSecret });
    },
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
  return simulator;
}

/** The answer of a host that an account has left. */
function leftAnswer(status: number): AuditAnswer {
  const headers = status >= 300 && status < 400 ? { location: "/left" } : undefined;
  return jsonAnswer(status, { message: "This account lives elsewhere" }, headers);
}

function settingsOf(options: LivePersonOptions): LivePersonSettings {
  const given = Object.entries(options).filter(([key, value]) =>
    key in DEFAULTS && value !== undefined
  );
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

function route({ method, path }: Inbound): Route | undefined {
  for (const [wanted, pattern, target] of ROUTES) {
    const match = method === wanted ? pattern.exec(path) : null;
    if (match) return { target, accountId: match[1]!, service: match[2] ?? "" };
  }
  return undefined;
}
