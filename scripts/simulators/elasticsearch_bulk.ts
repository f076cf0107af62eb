/** What Elasticsearch accepts as the body of a bulk request of documents to create. Pure. */
import { gunzipSync } from "node:zlib";
import type { Inbound } from "./loopback_server.ts";

export interface BulkAction {
  readonly id: string;
  /** The document; undefined if it is no JSON. */
  readonly source: unknown;
}

/** Why a request is refused whole. */
interface Refused {
  readonly status: number;
  readonly type: string;
  readonly reason: string;
}

/** The most bytes that an id may have. */
const MAX_ID_BYTES = 512;

export function readBulk(
  { headers, body }: Pick<Inbound, "headers" | "body">,
  maxContentBytes: number,
): { readonly actions: readonly BulkAction[] } | Refused {
  if (!/^application\/(x-ndjson|json)\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    return refused(406, "media_type_header_exception", "the Content-Type is not supported");
  }
  const plain = decoded(body, headers["content-encoding"]);
  if (plain === undefined) return refused(400, "parsing_exception", "the body can't be decoded");
  if (plain.length > maxContentBytes) {
    return refused(413, "content_too_long_exception", "entity content is too long");
  }
  const text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  if (!text.endsWith("\n")) {
    return illegal("The bulk request must be terminated by a newline [\\n]");
  }
  const lines = text.slice(0, -1).split("\n");
  if (lines.length % 2 === 1) return illegal("an action has no document");
  const actions: BulkAction[] = [];
  for (let at = 0; at < lines.length; at += 2) {
    const id = readAction(lines[at]);
    if (id === undefined) return illegal(`Malformed action line [${at + 1}]`);
    actions.push({ id, source: json(lines[at + 1]) });
  }
  return { actions };
}

/** The id of the document to create; undefined if the line says anything else. */
function readAction(line: string): string | undefined {
  const action = json(line) as { create?: { _id?: unknown } } | undefined;
  const id = action?.create?._id;
  const isOnly = Object.keys(action ?? {}).length === 1 &&
    Object.keys(action?.create ?? {}).length === 1;
  if (!isOnly || typeof id !== "string" || id === "") return undefined;
  return new TextEncoder().encode(id).length <= MAX_ID_BYTES ? id : undefined;
}

function decoded(body: Uint8Array, encoding: string | undefined): Uint8Array | undefined {
  if (encoding === undefined) return body;
  try {
    return encoding === "gzip" ? gunzipSync(body) : undefined;
  } catch {
    return undefined;
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function illegal(reason: string): Refused {
  return refused(400, "illegal_argument_exception", reason);
}

function refused(status: number, type: string, reason: string): Refused {
  return { status, type, reason };
}
