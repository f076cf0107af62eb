/**
 * What Splunk's HTTP Event Collector accepts as the body of a push, event by event. Pure.
 * Source: Splunk, "Format events for HTTP Event Collector" and "Troubleshoot HTTP Event Collector".
 */
import { gunzipSync } from "node:zlib";

/** An event as it was sent, with what was said of it. */
export interface HecEvent {
  readonly time?: number;
  readonly host?: string;
  readonly source?: string;
  readonly sourcetype?: string;
  readonly index?: string;
  readonly event: unknown;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** An answer in Splunk's words: the first number is the HTTP status. */
export const ANSWERS = {
  0: [200, "Success"],
  1: [403, "Token disabled"],
  2: [401, "Token is required"],
  3: [401, "Invalid authorization"],
  4: [403, "Invalid token"],
  5: [400, "No data"],
  6: [400, "Invalid data format"],
  7: [400, "Incorrect index"],
  8: [500, "Internal server error"],
  9: [503, "Server is busy"],
  10: [400, "Data channel is missing"],
  11: [400, "Invalid data channel"],
  12: [400, "Event field is required"],
  13: [400, "Event field cannot be blank"],
  14: [400, "ACK is disabled"],
  15: [400, "Error in handling indexed fields"],
  16: [400, "Query string authorization is not enabled"],
  17: [200, "HEC is healthy"],
  18: [503, "HEC is unhealthy, queues are full"],
  21: [400, "Invalid token"],
  23: [503, "Server is shutting down"],
  24: [200, "HEC queue is approaching its capacity limit"],
  26: [429, "HEC queue is at capacity and cannot process any more requests"],
} as const satisfies Readonly<Record<number, readonly [number, string]>>;

export type HecCode = keyof typeof ANSWERS;

/** The text of a body; null if it can't be read. */
export function textOf(body: Uint8Array, contentEncoding: string | undefined): string | null {
  try {
    const plain = contentEncoding === "gzip" ? gunzipSync(body) : body;
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    return null;
  }
}

/** The event of a line of the body, or the code of what is wrong with it. `indexes`: those there are. */
export function readEvent(
  line: string,
  indexes: readonly string[] | undefined,
): HecEvent | HecCode {
  const sent = jsonObject(line) as Partial<HecEvent> | undefined;
  if (sent === undefined) return 6;
  if (!("event" in sent)) return 12;
  if (sent.event === "" || sent.event === null) return 13;
  if (sent.time !== undefined && typeof sent.time !== "number") return 6;
  const { fields = {} } = sent;
  const isFlat = Object.values(fields).every((value) =>
    typeof value !== "object" || Array.isArray(value)
  );
  if (!isFlat) return 15;
  if (sent.index !== undefined && indexes !== undefined && !indexes.includes(sent.index)) return 7;
  return sent as HecEvent;
}

function jsonObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
