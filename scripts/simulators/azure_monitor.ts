/**
 * Azure Monitor's Logs Ingestion API, simulated, with the authorization server that gives out tokens for
 * it: as strict as the documentation; what Azure silently loses, this simulator refuses. This file owns the
 * options and the state. I/O happens in loopback_server.ts only.
 */
import { answerTokenRequest, type Application, AzureTokens } from "./azure_tokens.ts";
import { readRows, type TableRow } from "./azure_rows.ts";
import { Faults } from "./faults.ts";
import {
  type Inbound,
  jsonAnswer,
  type Outbound,
  startLoopbackServer,
  type Watch,
} from "./loopback_server.ts";

/** Behaviour that may change while the simulator runs: set the field, and the next request sees it. */
export interface AzureMonitorSettings {
  /** The one data collection rule, by its immutable id, and its one stream. */
  ruleId: string;
  stream: string;
  /** Whether the application has its role on the rule. */
  hasRole: boolean;
  /** How long a new token is good, in seconds. */
  tokenLifetimeSeconds: number;
  /** After so many calls a token is refused, whatever its lifetime. */
  callsPerToken: number;
  /** Whether a row makes its whole call refused. */
  poison: ((row: TableRow) => boolean) | undefined;
}

/** How to start. */
export interface AzureMonitorOptions extends Partial<AzureMonitorSettings> {
  /** Default 0: any free port. */
  readonly port?: number;
  readonly clientSecret: string;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Is told of each request. */
  readonly watch?: Watch;
}

/** One request as the simulator saw it. */
export interface AzureMonitorRequest {
  readonly target: "token" | "push" | "unknown";
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  /** The size of the body as received, and decompressed; 0 if it was not read so far. */
  readonly bytes: number;
  readonly plainBytes: number;
  /** How many rows were stored. */
  readonly rows: number;
}

export interface AzureMonitorSimulator extends AzureMonitorSettings, AsyncDisposable {
  /** `http://127.0.0.1:port`, of both services. */
  readonly url: string;
  readonly faults: Faults;
  readonly requests: readonly AzureMonitorRequest[];
  /** Every stored row, in order, repeats included. */
  readonly rows: readonly TableRow[];
  /** How often each `EventId` was stored. */
  readonly ids: ReadonlyMap<string, number>;
  /** What a collector needs to push here. */
  readonly settings: Readonly<Record<string, string>>;
  /** Makes every token so far worthless. */
  revokeTokens(): void;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

/** An answer, and the size of the body, decompressed. */
interface Answered extends Outbound {
  readonly plainBytes: number;
}

const TENANT = "11111111-2222-3333-4444-555555555555";
const CLIENT_ID = "66666666-7777-8888-9999-000000000000";
const PUSH_PATH = /^\/dataCollectionRules\/([^/]+)\/streams\/([^/]+)$/;
const API_VERSION = "2023-01-01";

/** A table of the Analytics plan takes a time that is not older than this. */
const OLDEST_MS = 2 * 86_400_000;

/** Starts both services on 127.0.0.1. */
export async function startAzureMonitor(
  options: AzureMonitorOptions,
): Promise<AzureMonitorSimulator> {
  const { now = Date.now } = options;
  const application: Application = {
    tenantId: TENANT,
    clientId: CLIENT_ID,
    clientSecret: options.clientSecret,
  };
  const faults = new Faults();
  const tokens = new AzureTokens();
  const requests: AzureMonitorRequest[] = [];
  const rows: TableRow[] = [];
  const ids = new Map<string, number>();

  const server = await startLoopbackServer<Answered>({
    port: options.port ?? 0,
    latencyMs: 0,
    faults,
    now,
    watch: options.watch,
    targetOf: (request) => {
      const target = targetOf(request);
      return target === "unknown" ? undefined : target;
    },
    handle(request) {
      switch (targetOf(request)) {
        case "token":
          return nothing(answerTokenRequest(request, application, simulator, tokens, now()));
        case "push":
          return push(request);
        case "unknown":
          return refusal(404, "NotFound", "The resource was not found");
      }
    },
    seen: (request, status, answer) =>
      requests.push({
        target: targetOf(request),
        status,
        bytes: request.body.length,
        plainBytes: answer?.plainBytes ?? 0,
        rows: answer?.records ?? 0,
      }),
  });

  function push(request: Inbound): Answered {
    if (!tokens.takes(request.headers.authorization, simulator.callsPerToken, now())) {
      return refusal(401, "InvalidToken", "The token is not valid for this audience");
    }
    const [, ruleId, stream] = PUSH_PATH.exec(request.path)!;
    if (request.query.get("api-version") !== API_VERSION) {
      return refusal(400, "InvalidApiVersion", "The api-version is not known");
    }
    if (ruleId !== simulator.ruleId || stream !== simulator.stream) {
      return refusal(404, "NotFound", "The rule was not found, or has no such stream");
    }
    if (!simulator.hasRole) return refusal(403, "OperationFailed", "The token gives no access");
    const outcome = readRows(request.body, request.headers);
    if ("code" in outcome) return refusal(outcome.status, outcome.code, outcome.message);
    const { plainBytes } = outcome;
    if (simulator.poison !== undefined && outcome.rows.some(simulator.poison)) {
      return { ...refusal(400, "InvalidPayload", "A record is malformed"), plainBytes };
    }
    for (const row of outcome.rows) store(row);
    return { status: 204, body: "", records: outcome.rows.length, plainBytes };
  }

  function store(row: TableRow): void {
    const isOld = Date.parse(String(row.TimeGenerated)) < now() - OLDEST_MS;
    rows.push(isOld ? { ...row, TimeGenerated: new Date(now()).toISOString() } : row);
    const id = String(row.EventId);
    ids.set(id, (ids.get(id) ?? 0) + 1);
  }

  const url = `http://127.0.0.1:${server.port}`;
  const simulator: AzureMonitorSimulator = {
    ruleId: options.ruleId ?? `dcr-${"0123456789abcdef".repeat(2)}`,
    stream: options.stream ?? "Custom-LivePersonAudit",
    hasRole: options.hasRole ?? true,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3599,
    callsPerToken: options.callsPerToken ?? Infinity,
    poison: options.poison,
    url,
    faults,
    requests,
    rows,
    ids,
    get settings() {
      return {
        AZURE_MONITOR_ENDPOINT: url,
        AZURE_MONITOR_RULE_ID: simulator.ruleId,
        AZURE_MONITOR_STREAM: simulator.stream,
        AZURE_MONITOR_TENANT_ID: TENANT,
        AZURE_MONITOR_CLIENT_ID: CLIENT_ID,
        AZURE_MONITOR_CLIENT_SECRET: options.clientSecret,
        AZURE_MONITOR_LOGIN_URL: url,
      };
    },
    revokeTokens: () => tokens.revokeAll(),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
  return simulator;
}

function targetOf({ method, path }: Inbound): AzureMonitorRequest["target"] {
  if (method !== "POST") return "unknown";
  if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)) return "token";
  return PUSH_PATH.test(path) ? "push" : "unknown";
}

function nothing(answer: Outbound): Answered {
  return { ...answer, plainBytes: 0 };
}

function refusal(status: number, code: string, message: string): Answered {
  return nothing(jsonAnswer(status, { error: { code, message } }));
}
