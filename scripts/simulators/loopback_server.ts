/**
 * The HTTP server under each simulator: it listens on 127.0.0.1, reads whole requests, applies
 * faults and latency, and ends at once when closed. This is the only file of the simulators that
 * does I/O; what to answer is a plain function of the request.
 */

import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Faults, FaultTarget } from "./faults.ts";

/** A request, read whole. Header names are in lower case. */
export interface Inbound {
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What to answer. The content type is `application/json` unless `headers` say otherwise. */
export interface Outbound {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  /** How many records it answers with, or how many events the request stored, if it could do so. */
  readonly records?: number | undefined;
}

/** A request as somebody sees it who watches a simulator. */
export interface SeenRequest {
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  /** Records answered or events stored; null where there can be none. */
  readonly records: number | null;
}

export type Watch = (request: SeenRequest) => void;

/** What a simulator gives to the server. */
interface LoopbackOptions<A extends Outbound> {
  /** 0 takes any free port. */
  readonly port: number;
  /** Added to every request, in milliseconds. */
  readonly latencyMs: number;
  readonly faults: Faults;
  /** The clock of the `Date` header, in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number;
  /** Is told of each request. */
  readonly watch?: Watch | undefined;
  /** Which faults apply to this request; `undefined`: none. */
  targetOf(request: Inbound): FaultTarget | undefined;
  /** Processes a request. */
  handle(request: Inbound): A;
  /**
   * Called once a request, just before the client learns the outcome. `status` is what the client
   * gets (0: no answer); `answer` is what `handle` said, or `undefined` when a fault kept the
   * request from being processed.
   */
  seen(request: Inbound, status: number, answer: A | undefined): void;
}

/** A running server. */
interface LoopbackServer {
  readonly port: number;
  /** Cuts every connection and frees the port; calling it again does nothing. */
  close(): Promise<void>;
}

/** An answer whose body is `value` as JSON. */
export function jsonAnswer(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): Outbound {
  return { status, headers, body: JSON.stringify(value) };
}

/** Starts a server on the loopback interface. */
export async function startLoopbackServer<A extends Outbound>(
  options: LoopbackOptions<A>,
): Promise<LoopbackServer> {
  const closing = new AbortController();
  const wait = (ms: number) => sleep(ms, undefined, { signal: closing.signal });

  function seen(request: Inbound, status: number, answer: A | undefined): void {
    options.seen(request, status, answer);
    const { method, path } = request;
    options.watch?.({ method, path, status, records: answer?.records ?? null });
  }

  async function exchange(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(message);
    const target = options.targetOf(request);
    const fault: Fault | undefined = target && options.faults.take(target);
    if (options.latencyMs > 0) await wait(options.latencyMs);
    if (fault && "delayMs" in fault) await wait(fault.delayMs);

    if (fault && "hang" in fault) return seen(request, 0, undefined);
    if (fault && "drop" in fault && fault.drop === "before") {
      seen(request, 0, undefined);
      return void message.socket.destroy();
    }
    const instead = fault && replacement(fault);
    if (instead) {
      seen(request, instead.status, undefined);
      return send(response, dated(instead));
    }

    const answer = options.handle(request);
    const shown = dated(answer);
    if (fault && "drop" in fault) {
      seen(request, 0, answer);
      return void message.socket.destroy();
    }
    seen(request, answer.status, answer);
    if (fault && "half" in fault) sendHalf(response, shown);
    else send(response, shown);
  }

  function dated(answer: Outbound): Outbound {
    const date = new Date(options.now?.() ?? Date.now()).toUTCString();
    return { ...answer, headers: { date, ...answer.headers } };
  }

  const server = createServer((message, response) => {
    exchange(message, response).catch((error: unknown) => {
      // A client that left and a server that closes are ordinary; anything else is a
      // mistake in a simulator.
      if (closing.signal.aborted || message.socket.destroyed) return;
      send(response, jsonAnswer(500, { message: `The simulator failed: ${error}` }));
    });
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });

  let closed: Promise<void> | undefined;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      closed ??= new Promise<void>((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(message: IncomingMessage): Promise<Inbound> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const url = new URL(message.url ?? "/", "http://127.0.0.1");
  return {
    method: message.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers as Record<string, string | undefined>,
    body: Buffer.concat(chunks),
  };
}

/** The answer of a fault that takes the place of the real one. */
function replacement(fault: Fault): Outbound | undefined {
  if ("redirect" in fault) return { status: 302, headers: { location: fault.redirect }, body: "" };
  if ("garbage" in fault) {
    return { status: 200, headers: contentType(fault.contentType), body: fault.garbage };
  }
  if ("status" in fault) {
    const headers = { ...contentType(fault.contentType), ...fault.headers };
    return { status: fault.status, headers, body: fault.body ?? "" };
  }
  return undefined;
}

function contentType(type: string | undefined): Record<string, string> {
  return type === undefined ? {} : { "content-type": type };
}

function send(response: ServerResponse, answer: Outbound): void {
  const body = Buffer.from(answer.body);
  writeHead(response, answer, body.length);
  response.end(body);
}

function sendHalf(response: ServerResponse, answer: Outbound): void {
  const body = Buffer.from(answer.body);
  writeHead(response, answer, body.length);
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.destroy());
}

function writeHead(response: ServerResponse, answer: Outbound, contentLength: number): void {
  response.writeHead(answer.status, {
    "content-type": "application/json",
    ...answer.headers,
    "content-length": contentLength,
  });
}
