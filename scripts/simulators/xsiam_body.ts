/**
 * What Cortex XSIAM accepts as the body of a push: sizes, compression, one JSON object a line.
 * Pure. The numbers are from the public documentation of its HTTP log collector.
 */

import { gunzipSync } from "node:zlib";

/** A stored record. */
export type XsiamEvent = Record<string, unknown>;

/** How a collector is set up to be spoken to. */
export type Compression = "gzip" | "none";

/** The events of a body, or why it is refused. */
type BodyOutcome =
  | { readonly events: readonly XsiamEvent[] }
  | { readonly status: number; readonly message: string };

/** The largest body, as received: 10 MiB. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** The largest record, uncompressed: 5 MB. */
export const MAX_RECORD_BYTES = 5_000_000;

/**
 * Reads a body that came with this Content-Encoding header, for a collector set to `compression`.
 */
export function readXsiamBody(
  body: Uint8Array,
  contentEncoding: string | undefined,
  compression: Compression,
): BodyOutcome {
  if (body.length > MAX_BODY_BYTES) return { status: 413, message: "The body is too large" };
  const encoding = (contentEncoding ?? "identity").toLowerCase();
  if (encoding !== (compression === "gzip" ? "gzip" : "identity")) return mismatch("compression");

  let text: string;
  try {
    const plain = compression === "gzip" ? gunzipSync(body) : body;
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    return mismatch("compression");
  }

  const events: XsiamEvent[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    if (isTooLong(line)) return { status: 413, message: "A record is too large" };
    const event = jsonObject(line);
    if (event === undefined) return mismatch("format");
    events.push(event);
  }
  return { events };
}

/** The service blames the collector's setting whichever of the two is wrong. */
function mismatch(what: "format" | "compression"): BodyOutcome {
  return {
    status: 500,
    message: "The log format or compression does not match the collector's setting " +
      `(what could not be read: the ${what})`,
  };
}

function isTooLong(line: string): boolean {
  // A UTF-16 unit takes at most three bytes, so short lines need no counting.
  if (line.length * 3 <= MAX_RECORD_BYTES) return false;
  return new TextEncoder().encode(line).length > MAX_RECORD_BYTES;
}

function jsonObject(line: string): XsiamEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as XsiamEvent
      : undefined;
  } catch {
    return undefined;
  }
}
