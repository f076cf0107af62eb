/**
 * Turns a request of Node's HTTP server into one for the app, and sends back the app's answer. Reads and
 * writes the connection.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A name or an address, with or without a port. */
const HOST = /^[\w.-]+(:\d+)?$|^\[[\da-f:.]+\](:\d+)?$/i;

/** Null if its target or its headers can't be those of any request to this server. */
export function toRequest(incoming: IncomingMessage): Request | null {
  const { method = "GET", rawHeaders } = incoming;
  const url = urlOf(incoming);
  if (url === null || !isReadable(incoming)) return null;
  try {
    const headers = new Headers();
    for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
    return new Request(url, { method, headers, ...bodyOf(incoming) });
  } catch {
    return null; // such as the method TRACE
  }
}

/**
 * The path is appended to the host unchanged, so a path that begins with two slashes names no other host. A
 * target that names a host itself, as one for a proxy does, must name the same one.
 */
function urlOf({ url = "", headersDistinct }: IncomingMessage): string | null {
  const [host = "localhost", ...others] = headersDistinct.host ?? [];
  if (others.length > 0 || !HOST.test(host)) return null;
  const own = `http://${host}/`;
  const text = url.startsWith("/") ? own.slice(0, -1) + url : url;
  if (!URL.canParse(text) || !URL.canParse(own)) return null;
  const { protocol, host: named, username, password } = new URL(text);
  const isOwn = protocol === "http:" && named === new URL(own).host;
  return isOwn && username === "" && password === "" ? text : null;
}

/** False if the body is encoded in a way that only a proxy in front may know. */
function isReadable({ headers }: IncomingMessage): boolean {
  return (headers["transfer-encoding"] ?? "chunked").toLowerCase() === "chunked";
}

/** None, unless the headers announce one. If the client leaves in the middle of it, the signal has the error. */
function bodyOf(incoming: IncomingMessage): RequestInit & { duplex?: "half" } {
  const { method, headers } = incoming;
  const isAnnounced = headers["transfer-encoding"] !== undefined ||
    Number(headers["content-length"] ?? 0) > 0;
  if (!isAnnounced || method === "GET" || method === "HEAD") return {};
  const left = new AbortController();
  incoming.once("error", (error) => left.abort(error));
  return { body: Readable.toWeb(incoming) as BodyInit, duplex: "half", signal: left.signal };
}

/**
 * Sends the answer. If the client leaves before its end, that is not an error, and the body is not read any
 * further.
 */
export async function sendAnswer(
  { status, headers, body }: Response,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  for (const [name, value] of headers) outgoing.appendHeader(name, value);
  // the unread rest of a body would be taken for the next request
  if (!incoming.complete) outgoing.setHeader("Connection", "close");
  outgoing.writeHead(status);
  if (body === null) {
    outgoing.end();
    return;
  }
  type WebStream = Parameters<typeof Readable.fromWeb>[0];
  await pipeline(Readable.fromWeb(body as WebStream), outgoing).catch(() => {});
}
