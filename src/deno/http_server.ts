/**
 * The HTTP server of the Deno host. `Deno.serve` has no limits: connections that send nothing, or half a
 * request, would be kept forever and use up the files that the process may open, which ends it. So Node's
 * server speaks HTTP here, and this file accepts the connections, each for a limited time and only so many
 * at once. Listens; reads and writes connections.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { LogLine } from "../collector/platform.ts";
import type { Clock } from "./clock.ts";
import { Connection, type PhaseLimits } from "./connection.ts";
import { sendAnswer, toRequest } from "./node_exchange.ts";

export interface ServerLimits extends PhaseLimits {
  /** Connections at the same time. */
  readonly connections: number;
}

/**
 * A process may usually open 1,024 files, on macOS 256: the collector needs some for its database and its
 * own requests. The other limits are above those of proxies in front of it.
 */
export const LIMITS: ServerLimits = {
  connections: 200,
  headersMs: 10_000,
  bodyMs: 30_000,
  idleMs: 75_000,
  sendingMs: 30_000,
};

/** How often connections are checked, in milliseconds. */
const CHECK_MS = 1000;
/** How long to wait after a connection could not be accepted, in milliseconds. */
const ACCEPT_AGAIN_MS = 200;
/** The least time between two log lines that a flood of connections would repeat, in milliseconds. */
const LOG_AGAIN_MS = 60_000;

interface HttpServerOptions {
  readonly listener: Pick<Deno.TcpListener, "accept" | "close">;
  /** Answers a request from `peer`, an address. If it rejects, the connection is ended. */
  readonly answer: (request: Request, peer: string) => Response | Promise<Response>;
  readonly clock: Clock;
  readonly log: (line: LogLine) => void;
  readonly limits?: Partial<ServerLimits>;
}

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #limits: ServerLimits;
  readonly #http: Server;
  readonly #connections = new Set<Connection>();
  readonly #stopChecking: () => void;
  readonly #accepting: Promise<void>;
  readonly #loggedMs = new Map<string, number>();
  #isStopping = false;

  /** Serves until `shutdown`. */
  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#http = createServer({ keepAliveTimeout: 0 }); // connections have their own limits
    // Connections are passed to it; a server that doesn't listen would end each one after its first answer.
    Object.defineProperty(this.#http, "listening", { get: () => !this.#isStopping });
    this.#http.on("request", (incoming, outgoing) => this.#exchange(incoming, outgoing));
    this.#stopChecking = options.clock.every(CHECK_MS, () => this.#endOverdue());
    this.#accepting = this.#accept();
  }

  /** Accepts no more connections. Resolves when the current requests have been answered. */
  async shutdown(): Promise<void> {
    this.#isStopping = true;
    this.#options.listener.close();
    const closed = [...this.#connections].map((connection) =>
      new Promise<void>((resolve) => connection.once("close", resolve))
    );
    for (const connection of this.#connections) {
      const { phase } = connection;
      if (phase === "waiting" || phase === "receiving") connection.destroy();
      else connection.announceEnd();
    }
    await Promise.all([this.#accepting, ...closed]);
    this.#stopChecking();
  }

  async #accept(): Promise<void> {
    while (!this.#isStopping) {
      const conn = await this.#nextConnection();
      if (conn !== null) this.#take(conn);
    }
  }

  /** Null if it could not be accepted; by then there is room for the next try, or a wait is over. */
  async #nextConnection(): Promise<Deno.TcpConn | null> {
    const { listener, clock } = this.#options;
    try {
      return await listener.accept();
    } catch (error) {
      if (this.#isStopping) return null;
      const { name, code = name } = error as Error & { readonly code?: string };
      this.#logSeldom({
        level: "warn",
        event: "accept_failed",
        reason: code,
        connections: this.#connections.size,
      });
      await clock.sleep(this.#makeRoom() ? 0 : ACCEPT_AGAIN_MS);
      return null;
    }
  }

  #take(conn: Deno.TcpConn): void {
    if (this.#connections.size >= this.#limits.connections) {
      this.#logSeldom({
        level: "warn",
        event: "connections_full",
        connections: this.#connections.size,
      });
      if (!this.#makeRoom()) return conn.close();
    }
    const connection = new Connection(conn, this.#options.clock);
    this.#connections.add(connection);
    connection.once("close", () => this.#connections.delete(connection));
    this.#http.emit("connection", connection);
  }

  /**
   * Ends the connection that has been silent the longest, except those whose request is being worked on: so
   * clients that hold idle connections keep nobody else out. False if there is none.
   */
  #makeRoom(): boolean {
    const idle = [...this.#connections].filter(({ phase }) => phase !== "answering");
    const [longest] = idle.sort((a, b) => a.movedMs - b.movedMs);
    if (longest === undefined) return false;
    this.#connections.delete(longest);
    longest.destroy();
    return true;
  }

  async #exchange(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    // the sockets of this server are connections
    const connection = incoming.socket as unknown as Connection;
    connection.begin({ request: incoming, answer: outgoing }, () => {
      if (this.#isStopping) connection.end(() => connection.destroy());
    });
    try {
      const request = toRequest(incoming);
      const answer = request === null
        ? new Response(null, { status: 400 })
        : await this.#options.answer(request, connection.remoteAddress);
      await sendAnswer(answer, incoming, outgoing);
    } catch {
      connection.destroy(); // for example because the client left in the middle of the body
    }
  }

  #endOverdue(): void {
    for (const connection of this.#connections) {
      if (connection.isOverdue(this.#limits)) connection.destroy();
    }
  }

  #logSeldom(line: LogLine): void {
    const nowMs = this.#options.clock.now();
    if (nowMs - (this.#loggedMs.get(line.event) ?? -Infinity) < LOG_AGAIN_MS) return;
    this.#loggedMs.set(line.event, nowMs);
    this.#options.log(line);
  }
}
