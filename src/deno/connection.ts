/**
 * A client's connection as a stream, for Node's HTTP server. It knows what it is waiting for, and since
 * when; the server ends it if that takes too long. Reads and writes the connection.
 */
import { Buffer } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Duplex } from "node:stream";
import type { Clock } from "./clock.ts";

/** How long a connection may be in a phase, in milliseconds. */
export interface PhaseLimits {
  /** Until the first request's headers have arrived. */
  readonly headersMs: number;
  /** From then until the request's body has arrived. */
  readonly bodyMs: number;
  /** From an answer to the headers of the next request. */
  readonly idleMs: number;
  /** While the client reads no more of an answer. */
  readonly sendingMs: number;
}

/** For the next request; for the rest of one; for our answer; for the client to read the answer. */
type Phase = "waiting" | "receiving" | "answering" | "sending";

interface Exchange {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
}

const READ_BYTES = 16_384;

export class Connection extends Duplex {
  /** The client's address. */
  readonly remoteAddress: string;
  readonly #conn: Deno.TcpConn;
  readonly #clock: Pick<Clock, "now">;
  /** Requests that are not completely answered; the first one is answered first. */
  readonly #exchanges = new Set<Exchange>();
  /** Read into again and again: a sender must not make garbage that is larger than what it sends. */
  readonly #received = new Uint8Array(READ_BYTES);
  #answered = 0;
  #sinceMs: number;
  #movedMs: number;

  constructor(conn: Deno.TcpConn, clock: Pick<Clock, "now">) {
    super();
    this.#conn = conn;
    this.#clock = clock;
    this.remoteAddress = conn.remoteAddr.hostname;
    this.#sinceMs = this.#movedMs = clock.now();
  }

  /** When something was last sent or received. */
  get movedMs(): number {
    return this.#movedMs;
  }

  get phase(): Phase {
    const [first] = this.#exchanges;
    if (first === undefined) return "waiting";
    if (!first.request.complete) return "receiving";
    return first.answer.headersSent ? "sending" : "answering";
  }

  /** A request's headers have arrived. `answered` is called when it has been answered, or never will be. */
  begin(exchange: Exchange, answered: () => void): void {
    if (this.#exchanges.size === 0) this.#sinceMs = this.#clock.now();
    this.#exchanges.add(exchange);
    exchange.answer.once("close", () => {
      this.#exchanges.delete(exchange);
      this.#answered++;
      this.#sinceMs = this.#clock.now();
      answered();
    });
  }

  /** True if it has been in its phase for too long. Our own answer has no time limit. */
  isOverdue(limits: PhaseLimits): boolean {
    const inPhaseMs = this.#clock.now() - this.#sinceMs;
    switch (this.phase) {
      case "waiting":
        return inPhaseMs > (this.#answered === 0 ? limits.headersMs : limits.idleMs);
      case "receiving":
        return inPhaseMs > limits.bodyMs;
      case "answering":
        return false;
      case "sending":
        return this.#clock.now() - this.#movedMs > limits.sendingMs;
    }
  }

  /** From now on, answers say that the connection will be closed. */
  announceEnd(): void {
    for (const { answer } of this.#exchanges) {
      if (!answer.headersSent) answer.setHeader("Connection", "close");
    }
  }

  override async _read(): Promise<void> {
    try {
      const count = await this.#conn.read(this.#received);
      this.#movedMs = this.#clock.now();
      // a copy of what came
      this.push(count === null ? null : Buffer.from(this.#received.subarray(0, count)));
    } catch {
      this.destroy(); // the client is gone
    }
  }

  override async _write(chunk: Uint8Array, _encoding: string, done: () => void): Promise<void> {
    try {
      for (let sent = 0; sent < chunk.length;) {
        sent += await this.#conn.write(chunk.subarray(sent));
        this.#movedMs = this.#clock.now();
      }
      done();
    } catch {
      this.destroy();
    }
  }

  override async _final(done: () => void): Promise<void> {
    await this.#conn.closeWrite().catch(() => {});
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#conn.close();
    } catch {
      // it is closed
    }
    done(error);
  }
}
