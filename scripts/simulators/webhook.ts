/**
 * A simulated receiver of webhooks, as strict as the Standard Webhooks project says one should be: it
 * checks the signature over the bytes as they came, and the age of the attempt. This file owns the options
 * and the state. I/O happens in loopback_server.ts only.
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { Faults } from "./faults.ts";
import {
  type Inbound,
  jsonAnswer,
  type Outbound,
  startLoopbackServer,
  type Watch,
} from "./loopback_server.ts";
import { storeEvents } from "./stored_events.ts";

/** An event as it was stored. */
export type WebhookEvent = Readonly<Record<string, unknown>>;

/** Behaviour that may change while the simulator runs: set the field, and the next request sees it. */
export interface WebhookSettings {
  /** Path and query, which are the secret of some receivers. */
  target: string;
  /** The secrets of which one must have signed a request; none if there is none. */
  secrets: readonly string[];
  /** Headers that a request must have, by name in lower case. */
  headers: Readonly<Record<string, string>>;
  body: "ndjson" | "array";
  /** Whether it drops a request whose `webhook-id` it has seen. */
  dropsRepeats: boolean;
  /** Whether an event makes its whole body refused. */
  poison: ((event: WebhookEvent) => boolean) | undefined;
  /** The status of that refusal. */
  poisonStatus: 400 | 413 | 422;
  /** What it answers instead of taking anything. */
  status: number | undefined;
  /** The largest body, in bytes. */
  maxBytes: number;
}

/** How to start. */
export interface WebhookOptions extends Partial<WebhookSettings> {
  /** Default 0: any free port. */
  readonly port?: number;
  /** Added to every request, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Is told of each request. */
  readonly watch?: Watch;
}

/** One request as the simulator saw it. */
export interface WebhookRequest {
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly headers: Inbound["headers"];
  readonly body: Uint8Array;
}

/** A running simulator. Its settings are fields of its own. */
export interface WebhookSimulator extends WebhookSettings, AsyncDisposable {
  /** `http://127.0.0.1:port/…`, with path and query. */
  readonly url: string;
  readonly faults: Faults;
  readonly requests: readonly WebhookRequest[];
  /** Every stored event, in order, repeats included. */
  readonly events: readonly WebhookEvent[];
  /** How often each `event_id` was stored. */
  readonly ids: ReadonlyMap<string, number>;
  /** Settings with which a collector reaches it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Cuts every connection and frees the port. */
  close(): Promise<void>;
}

/** The oldest attempt that is taken, and the newest. Source: Standard Webhooks' own libraries. */
const TOLERANCE_SECONDS = 5 * 60;

/** Starts a simulated receiver on 127.0.0.1. */
export async function startWebhook(options: WebhookOptions = {}): Promise<WebhookSimulator> {
  const { now = Date.now } = options;
  const faults = new Faults();
  const requests: WebhookRequest[] = [];
  const stored = storeEvents<WebhookEvent>((event) => event.event_id);
  const seen = new Set<string>();

  const isPush = ({ method, path, query }: Inbound) =>
    method === "POST" && `${path}${query.size > 0 ? `?${query}` : ""}` === simulator.target;
  const server = await startLoopbackServer<Outbound>({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    faults,
    watch: options.watch,
    targetOf: (request) => isPush(request) ? "push" : undefined,
    handle(request) {
      if (!isPush(request)) return jsonAnswer(404, { message: "There is no such hook" });
      const checked = checkPush(request, simulator, now() / 1000);
      if (typeof checked === "number") return jsonAnswer(checked, { message: "Refused" });
      const id = request.headers["webhook-id"]!;
      const isDropped = simulator.dropsRepeats && seen.has(id);
      if (!isDropped) checked.forEach(stored.store);
      seen.add(id);
      const records = isDropped ? 0 : checked.length;
      return { ...jsonAnswer(202, { taken: checked.length }), records };
    },
    seen: ({ headers, body }, status) =>
      requests.push({
        status,
        id: headers["webhook-id"],
        timestamp: headers["webhook-timestamp"],
        headers,
        body,
      }),
  });

  const simulator: WebhookSimulator = {
    target: options.target ?? "/hooks/liveperson",
    secrets: options.secrets ?? [],
    headers: options.headers ?? {},
    body: options.body ?? "ndjson",
    dropsRepeats: options.dropsRepeats ?? false,
    poison: options.poison,
    poisonStatus: options.poisonStatus ?? 400,
    status: options.status,
    maxBytes: options.maxBytes ?? 1_000_000,
    get url() {
      return `http://127.0.0.1:${server.port}${simulator.target}`;
    },
    faults,
    requests,
    events: stored.events,
    ids: stored.ids,
    get settings() {
      return {
        WEBHOOK_URL: simulator.url,
        WEBHOOK_SECRET: simulator.secrets.join(" "),
        WEBHOOK_HEADERS: JSON.stringify(simulator.headers),
        WEBHOOK_BODY: simulator.body,
      };
    },
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
  return simulator;
}

/** The events of a push that is to be stored, or the status of its refusal. */
function checkPush(
  { headers, body }: Inbound,
  settings: WebhookSettings,
  nowSeconds: number,
): readonly WebhookEvent[] | number {
  if (settings.status !== undefined) return settings.status;
  const isKnown = Object.entries(settings.headers).every(([name, value]) =>
    headers[name] === value
  );
  if (!isKnown) return 403;
  const { "webhook-id": id, "webhook-timestamp": timestamp } = headers;
  if (!id || id.includes(".") || !timestamp) return 400;
  if (Math.abs(Number(timestamp) - nowSeconds) > TOLERANCE_SECONDS) return 400;
  if (settings.secrets.length > 0 && !isSigned(headers, body, settings.secrets)) return 401;
  if (body.length > settings.maxBytes) return 413;
  const events = readBody(new TextDecoder().decode(body), settings.body);
  if (events === null) return 400;
  return settings.poison && events.some(settings.poison) ? settings.poisonStatus : events;
}

/** Is one of the signatures by one of the secrets? */
function isSigned(
  headers: Inbound["headers"],
  body: Uint8Array,
  secrets: readonly string[],
): boolean {
  const { "webhook-id": id, "webhook-timestamp": timestamp } = headers;
  const given = (headers["webhook-signature"] ?? "").split(" ").map((one) => Buffer.from(one));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const hmac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body);
    const expected = Buffer.from(`v1,${hmac.digest("base64")}`);
    return given.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  });
}

/** The events of a body; null if it isn't made of objects, one a line or in an array. */
function readBody(text: string, form: WebhookSettings["body"]): readonly WebhookEvent[] | null {
  try {
    const events: unknown = form === "array"
      ? JSON.parse(text)
      : text.split("\n").map((line) => JSON.parse(line));
    const areObjects = Array.isArray(events) && events.length > 0 &&
      events.every((event) => typeof event === "object" && event !== null && !Array.isArray(event));
    return areObjects ? events : null;
  } catch {
    return null;
  }
}
