/**
 * A relay on loopback between the Worker and a simulator. It passes bytes on as they are, broken
 * connections included, and keeps what the simulators themselves don't: the whole target of every
 * request, and every access token that was issued.
 */
import type { Buffer } from "node:buffer";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Wiretap extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Path and query of each request. */
  readonly targets: readonly string[];
  readonly tokens: ReadonlySet<string>;
}

const REQUEST_LINE = /^[A-Z]+ (\S+) HTTP\/1\.1\r\n/;
const ACCESS_TOKEN = /"access_token":"([^"]+)"/;
/** An answer with a token is shorter than this. */
const CARRIED_LENGTH = 8192;

/** Starts to relay to `port`. */
export async function startWiretap(port: number): Promise<Wiretap> {
  const targets: string[] = [];
  const tokens = new Set<string>();
  const sockets = new Set<Socket>();

  const listener = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    client.on("data", hearRequest);
    server.on("data", hearAnswer());
    join(client, server);
    join(server, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));

  /** Passes everything on, also that it ended or broke. */
  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.pipe(to);
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      to.end();
    });
  }

  function hearRequest(chunk: Buffer): void {
    const target = REQUEST_LINE.exec(chunk.toString("latin1"))?.[1];
    if (target !== undefined) targets.push(target);
  }

  /** A token may come in two pieces. */
  function hearAnswer(): (chunk: Buffer) => void {
    let carried = "";
    return (chunk) => {
      const token = ACCESS_TOKEN.exec(carried += chunk.toString("latin1"))?.[1];
      if (token !== undefined) tokens.add(token);
      carried = token === undefined ? carried.slice(-CARRIED_LENGTH) : "";
    };
  }

  const host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    host,
    url: `http://${host}`,
    targets,
    tokens,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
}
