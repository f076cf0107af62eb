/**
 * Events as they are sent to HEC: each in an envelope, one per line. Pure.
 * Source: Splunk, "Format events for HTTP Event Collector".
 */
import { Buffer } from "node:buffer";
import type { SentEvent } from "../../engine/ports.ts";
import { type EncodedLine, encodeLines, gzip } from "../encode.ts";

/** What is said of every event. */
export interface Metadata {
  readonly host: string | undefined;
  readonly source: string;
  readonly sourcetype: string;
  readonly index: string | undefined;
}

/** An event whose every part is as long as it can be. */
const LONGEST: SentEvent = {
  eventId: `${"f".repeat(32)}-${Number.MAX_SAFE_INTEGER}`,
  occurrence: 1,
  timeMs: -8.64e15 + 1,
  json: "",
};

/** The most bytes that an envelope takes, with the newline that ends it. */
export function envelopeBytes(metadata: Metadata): number {
  return Buffer.byteLength(envelope(LONGEST, metadata)) + 1;
}

/** `event_id` is an indexed field, so that `dedup event_id` and `tstats` are cheap. */
export function envelope({ eventId, timeMs, json }: SentEvent, metadata: Metadata): string {
  const said = JSON.stringify({ time: timeMs / 1000, ...metadata }).slice(0, -1);
  return `${said},"event":${json},"fields":${JSON.stringify({ event_id: eventId })}}`;
}

/** The body of a push. */
export function encodeBody(
  lines: readonly SentEvent[],
  metadata: Metadata,
): Uint8Array<ArrayBuffer> {
  return gzip(encodeLines(lines.map((line): EncodedLine => {
    const json = envelope(line, metadata);
    return { json, bytes: Buffer.byteLength(json) };
  })));
}
