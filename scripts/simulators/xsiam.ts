/**
 * A simulated HTTP log collector of Cortex XSIAM: checks each push as strictly as the documentation
 * says and remembers what was stored. This file owns the options and the state. I/O happens in
 * loopback_server.ts only.
 */

import { Faults } from "./faults.ts";
import {
  type Inbound,
  jsonAnswer,
  type Outbound,
  startLoopbackServer,
  type Watch,
} from "./loopback_server.ts";
import { storeEvents } from "./stored_events.ts";
import { type Compression, readXsiamBody, type XsiamEvent } from "./xsiam_body.ts";

/**
 * Behaviour that may change while the simulator runs: set the field, and the next request sees it.
 */
export interface XsiamSettings {
  /** What the Authorization header must say, exactly. */
  apiKey: string;
  /** What the x-xdr-auth-id header must say; `undefined`: anything goes. */
  authId: string | undefined;
  /** How the collector is set up. */
  compression: Compression;
  /** Whether an event makes its whole body refused. */
  poison: ((event: XsiamEvent) => boolean) | undefined;
  /** The status of a body refused for such an event. */
  poisonStatus: 400 | 413 | 500;
}

/** How to start. */
export interface XsiamOptions extends Partial<XsiamSettings> {
  readonly apiKey: string;
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
export interface XsiamRequest {
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  /** The size of the body as received. */
  readonly bytes: number;
  /** How many records were stored. */
  readonly records: number;
  /** The Content-Encoding header, or "none". */
  readonly encoding: string;
}

/** A running simulator. Its settings are fields of its own. */
export interface XsiamSimulator extends XsiamSettings, AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly faults: Faults;
  readonly requests: readonly XsiamRequest[];
  /** Every stored record, in order, repeats included; empty when `keepEvents` is false. */
  readonly events: readonly XsiamEvent[];
  /** How many records were stored, repeats included. */
  readonly count: number;
  /** How often each `event_id` was stored. */
  readonly ids: ReadonlyMap<string, number>;
  /** The same as `ids`, but a copy: it doesn't change as more arrives. */
  deliveries(): Map<string, number>;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

const PATH = "/logs/v1/event";

/** Starts a simulated log collector on 127.0.0.1. */
export async function startXsiam(options: XsiamOptions): Promise<XsiamSimulator> {
  const stored = storeEvents<XsiamEvent>((event) => event.event_id, options.keepEvents);
  const faults = new Faults();
  const requests: XsiamRequest[] = [];

  const isPush = ({ method, path }: Inbound) => method === "POST" && path === PATH;
  const server = await startLoopbackServer<Outbound>({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    faults,
    watch: options.watch,
    targetOf: (request) => isPush(request) ? "push" : undefined,
    handle(request) {
      if (!isPush(request)) return jsonAnswer(404, { error: "true", message: "Not found" });
      const outcome = checkPush(request, simulator);
      if (!("events" in outcome)) return outcome;
      for (const event of outcome.events) stored.store(event);
      return { ...jsonAnswer(200, { error: "false" }), records: outcome.events.length };
    },
    seen: (request, status, answer) =>
      requests.push({
        status,
        bytes: request.body.length,
        records: answer?.records ?? 0,
        encoding: request.headers["content-encoding"] ?? "none",
      }),
  });

  const host = `127.0.0.1:${server.port}`;
  const simulator: XsiamSimulator = {
    apiKey: options.apiKey,
    authId: options.authId,
    compression: options.compression ?? "gzip",
    poison: options.poison,
    poisonStatus: options.poisonStatus ?? 400,
    url: `http://${host}`,
    host,
    faults,
    requests,
    events: stored.events,
    get count() {
      return stored.count;
    },
    ids: stored.ids,
    deliveries: () => new Map(stored.ids),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
  return simulator;
}

/** The events of a push that is to be stored, or the refusal. */
function checkPush(
  request: Inbound,
  settings: XsiamSettings,
): Outbound | { readonly events: readonly XsiamEvent[] } {
  const { headers } = request;
  const isKnown = headers.authorization === settings.apiKey &&
    (settings.authId === undefined || headers["x-xdr-auth-id"] === settings.authId);
  if (!isKnown) return refusal(401, "Unauthorized");
  if (!/^(text\/plain|application\/json)\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    return refusal(500, "The Content-Type must be text/plain or application/json");
  }
  const outcome = readXsiamBody(request.body, headers["content-encoding"], settings.compression);
  if ("message" in outcome) return refusal(outcome.status, outcome.message);
  if (settings.poison && outcome.events.some(settings.poison)) {
    return refusal(settings.poisonStatus, "The format of a record was not accepted");
  }
  return outcome;
}

function refusal(status: number, message: string): Outbound {
  return { ...jsonAnswer(status, { error: "true", message }), records: 0 };
}
