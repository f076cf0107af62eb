/**
 * A simulated HTTP Event Collector of Splunk. It takes the events of a push one after another, up to the
 * first one that it does not take, and answers with the number of that one. This file owns the options and
 * the state. I/O happens in loopback_server.ts only.
 */
import { Faults } from "./faults.ts";
import { ANSWERS, type HecCode, type HecEvent, readEvent, textOf } from "./hec_body.ts";
import {
  type Inbound,
  jsonAnswer,
  type Outbound,
  startLoopbackServer,
  type Watch,
} from "./loopback_server.ts";
import { storeEvents } from "./stored_events.ts";

/** Behaviour that may change while the simulator runs: set the field, and the next request sees it. */
export interface HecSettings {
  token: string;
  scheme: "Splunk" | "Bearer";
  /** The path of the endpoint for events. */
  path: string;
  /** Whether there is a path that tells its health. */
  tellsHealth: boolean;
  /** The indexes there are; `undefined`: any. */
  indexes: readonly string[] | undefined;
  /** A token with indexer acknowledgment: it requires a channel, and gives an id for each push. */
  acknowledges: boolean;
  /** Whether an event is refused. */
  poison: ((event: HecEvent) => boolean) | undefined;
  /** The code of that refusal. */
  poisonCode: 6 | 12 | 13 | 15;
  /** How many events of the n-th push, from 1, it takes before it is busy; `undefined`: all. */
  takes: ((push: number) => number | undefined) | undefined;
  /** The code with which it is busy. */
  busyCode: 8 | 9 | 23 | 26;
  /** The code of a push that it takes. */
  takenCode: 0 | 24;
  /** The largest body, uncompressed, in bytes. */
  maxBytes: number;
}

/** How to start. */
export interface HecOptions extends Partial<HecSettings> {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Added to every request, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Whether `events` keeps what was stored; switch it off for very many. Default true. */
  readonly keepEvents?: boolean;
  /** Is told of each request. */
  readonly watch?: Watch;
}

/** One request as the simulator saw it. */
export interface HecRequest {
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  readonly path: string;
  /** How many events were stored. */
  readonly events: number;
  /** The size of the body, uncompressed. */
  readonly bytes: number;
  readonly encoding: string;
  readonly channel: string | undefined;
}

/** A running simulator. Its settings are fields of its own. */
export interface HecSimulator extends HecSettings, AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly faults: Faults;
  readonly requests: readonly HecRequest[];
  /** Every stored event, in order, repeats included; empty when `keepEvents` is false. */
  readonly events: readonly HecEvent[];
  /** How many events were stored, repeats included. */
  readonly count: number;
  /** How often each `event_id` was stored. */
  readonly ids: ReadonlyMap<string, number>;
  /** Settings with which a collector reaches it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

/** An answer, and the size of the body, uncompressed. */
interface Answer extends Outbound {
  readonly bytes: number;
}

const HEALTH = "/services/collector/health";
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Starts a simulated collector on 127.0.0.1. */
export async function startHec(options: HecOptions = {}): Promise<HecSimulator> {
  const stored = storeEvents<HecEvent>((event) => event.fields?.event_id, options.keepEvents);
  const faults = new Faults();
  const requests: HecRequest[] = [];
  let pushes = 0;

  const isPush = ({ method, path }: Inbound) => method === "POST" && path === simulator.path;
  const server = await startLoopbackServer<Answer>({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    faults,
    watch: options.watch,
    targetOf: (request) => isPush(request) ? "push" : undefined,
    handle(request) {
      if (request.path === HEALTH && simulator.tellsHealth) return health(request, simulator);
      if (!isPush(request)) return { ...jsonAnswer(404, { text: "Not found" }), bytes: 0 };
      return take(request, ++pushes, simulator, stored.store);
    },
    seen: ({ path, headers }, status, answer) =>
      requests.push({
        status,
        path,
        events: answer?.records ?? 0,
        bytes: answer?.bytes ?? 0,
        encoding: headers["content-encoding"] ?? "none",
        channel: headers["x-splunk-request-channel"],
      }),
  });

  const url = `http://127.0.0.1:${server.port}`;
  const simulator: HecSimulator = {
    token: options.token ?? "7c3f1e52-hec-t0ken",
    scheme: options.scheme ?? "Splunk",
    path: options.path ?? "/services/collector/event",
    tellsHealth: options.tellsHealth ?? true,
    indexes: options.indexes,
    acknowledges: options.acknowledges ?? false,
    poison: options.poison,
    poisonCode: options.poisonCode ?? 6,
    takes: options.takes,
    busyCode: options.busyCode ?? 9,
    takenCode: options.takenCode ?? 0,
    maxBytes: options.maxBytes ?? 1_000_000,
    url,
    faults,
    requests,
    events: stored.events,
    get count() {
      return stored.count;
    },
    ids: stored.ids,
    get settings() {
      return { HEC_URL: url, HEC_TOKEN: simulator.token, HEC_AUTH_SCHEME: simulator.scheme };
    },
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
  return simulator;
}

function health(request: Inbound, settings: HecSettings): Answer {
  return answer(refusedToken(request, settings) === undefined ? 17 : 21, {}, { bytes: 0 });
}

/** Takes the events of a push, up to the first one that it does not take. */
function take(
  request: Inbound,
  push: number,
  settings: HecSettings,
  store: (event: HecEvent) => void,
): Answer {
  const refused = refusedToken(request, settings) ?? refusedChannel(request, settings);
  if (refused !== undefined) return answer(refused);
  const { headers } = request;
  const text = textOf(request.body, headers["content-encoding"]);
  if (text === null || !/^application\/json\b/i.test(headers["content-type"] ?? "")) {
    return answer(text === "" ? 5 : 6);
  }
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > settings.maxBytes) {
    return { ...jsonAnswer(413, { text: "Content-Length is too large" }), records: 0, bytes };
  }
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length === 0) return answer(5);
  const most = settings.takes?.(push) ?? Infinity;
  for (const [index, line] of lines.entries()) {
    const event = readEvent(line, settings.indexes);
    const code = typeof event === "number"
      ? event
      : settings.poison?.(event)
      ? settings.poisonCode
      : index >= most
      ? settings.busyCode
      : undefined;
    if (code !== undefined) {
      return answer(code, { "invalid-event-number": index }, { records: index, bytes });
    }
    store(event as HecEvent);
  }
  const ackId = settings.acknowledges ? { ackId: push } : {};
  return answer(settings.takenCode, ackId, { records: lines.length, bytes });
}

function refusedToken({ headers, query }: Inbound, settings: HecSettings): HecCode | undefined {
  if (query.has("token")) return 16;
  if (!headers.authorization) return 2;
  const [scheme, token] = headers.authorization.split(" ");
  if (scheme !== settings.scheme || token === undefined) return 3;
  return token === settings.token ? undefined : 4;
}

function refusedChannel({ headers }: Inbound, { acknowledges }: HecSettings): HecCode | undefined {
  const channel = headers["x-splunk-request-channel"];
  if (channel === undefined) return acknowledges ? 10 : undefined;
  return UUID.test(channel) ? undefined : 11;
}

interface Seen {
  readonly records?: number;
  readonly bytes: number;
}

const NOTHING: Seen = { records: 0, bytes: 0 };

function answer(code: HecCode, more: object = {}, seen = NOTHING): Answer {
  const [status, text] = ANSWERS[code];
  return { ...jsonAnswer(status, { text, code, ...more }), ...seen };
}
