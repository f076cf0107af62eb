/** What stands between a collector and the services in somebody's network: a forward proxy, and TLS. */
import { createServer, request } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { ServerCertificate } from "./certificates.ts";

interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  /** What it was asked: `CONNECT host:port`, or `POST http://…`. */
  readonly asked: readonly string[];
}

/** A forward proxy: tunnels by CONNECT, and plain requests with the whole URL. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const asked: string[] = [];
  const server = createServer((inbound, response) => {
    asked.push(`${inbound.method} ${inbound.url}`);
    const { method, headers } = inbound;
    const outbound = request(inbound.url!, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    outbound.on("error", () => response.destroy());
    inbound.pipe(outbound);
  });
  server.on("connect", (inbound, socket: Socket, head) => {
    asked.push(`CONNECT ${inbound.url}`);
    const { hostname, port } = new URL(`http://${inbound.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.write(head);
      join(socket, onward);
    });
    onward.on("error", () => socket.destroy());
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, asked, [Symbol.asyncDispose]: closing(server) };
}

interface DroppingServer extends AsyncDisposable {
  readonly url: string;
  /** The `Content-Length` of each request that came. */
  readonly received: readonly (string | undefined)[];
}

/** Answers every request but the second one: that is read whole, and its connection closed. */
export async function startDroppingServer(): Promise<DroppingServer> {
  const received: (string | undefined)[] = [];
  const server = createServer((inbound, response) => {
    received.push(inbound.headers["content-length"]);
    const second = received.length === 2;
    inbound.resume().on("end", () => second ? inbound.socket.destroy() : response.end("taken"));
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, received, [Symbol.asyncDispose]: closing(server) };
}

/** Speaks TLS in front of a server on loopback. `url`: where that one is. */
export async function startTls(
  { cert, key }: ServerCertificate,
  url: string,
): Promise<AsyncDisposable & { readonly url: string; readonly host: string }> {
  const server = createTlsServer({ cert, key }, (socket) => {
    const onward = connect(Number(new URL(url).port), "127.0.0.1");
    onward.on("error", () => socket.destroy());
    join(socket, onward);
  });
  const host = `127.0.0.1:${await listen(server)}`;
  return { url: `https://${host}`, host, [Symbol.asyncDispose]: closing(server) };
}

function join(one: Socket, other: Socket): void {
  one.on("error", () => other.destroy());
  other.on("error", () => one.destroy());
  one.pipe(other).pipe(one);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Closes the server, and every connection to it. */
function closing(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  };
  server.on("connection", keep);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
