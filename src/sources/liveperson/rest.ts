/** The other wire format of the audit API, which some accounts use: see the README. Pure. */
import type { AuditRange } from "./graphql.ts";
import { isRecord, type RawRecord } from "./record.ts";

/** `fromData` is the service's own spelling. */
export function restBody({ day, offset, first }: AuditRange): string {
  return JSON.stringify({
    fromData: `${day}T00:00:00Z`,
    first,
    offset,
    orderBy: "changeTimestamp:ASC",
  });
}

/**
 * The records of an answer, null for one that could not be rendered; null if the answer is not in this
 * format.
 */
export function readRest(answer: unknown): readonly (RawRecord | null)[] | null {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return null;
  return data.every((record) => record === null || isRecord(record)) ? data : null;
}
