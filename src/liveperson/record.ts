/** A source record as the audit API answers it, and what identifies it. Pure. */
import { createHash } from "node:crypto";
import type { Listed } from "../engine/reading.ts";
import { iso } from "../engine/time.ts";

/** The fields as they came, in either wire format. */
export type RawRecord = Readonly<Record<string, unknown>>;

export interface SourceRecord extends Listed {
  readonly raw: RawRecord;
  /** The time of the change, ISO 8601 UTC with milliseconds; null when it can't be read. */
  readonly changedAt: string | null;
}

/**
 * The content that identifies a record, in a fixed order. Fields that the service may add one day are
 * not part of it, so that they don't change the ids of events that were delivered already.
 */
const IDENTITY = [
  "accountId",
  "objectType",
  "objectName",
  "actionType",
  "changeType",
  "element",
  "oldValue",
  "newValue",
  "originator",
  "originatorLoginName",
  "originatorUserId",
  "originatorUserAgent",
  "originatorAuthType",
  "originatorIsLpa",
  "userId",
  "changedBy",
] as const;

/** 24 hexadecimal digits: 96 bits of SHA-256. */
const FINGERPRINT_DIGITS = 24;

export function toRecord(raw: RawRecord, accountId: string): SourceRecord {
  const changedAt = parseChangeDate(raw.changeDate);
  const identity: unknown[] = [accountId, changedAt ?? raw.changeDate];
  for (const field of IDENTITY) identity.push(raw[field]);
  const hash = createHash("sha256").update(JSON.stringify(identity)).digest("hex");
  const timeMs = changedAt === null ? null : Date.parse(changedAt);
  return { timeMs, changedAt, fingerprint: hash.slice(0, FINGERPRINT_DIGITS), raw };
}

/** The id of an event: its record's fingerprint, and its number among identical records. */
export function eventId(fingerprint: string, occurrence: number): string {
  return `${fingerprint}-${occurrence}`;
}

const CHANGE_DATE = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * A `changeDate` as ISO 8601 UTC with milliseconds; null when it can't be read. Both spellings are
 * known: `yyyy-MM-dd HH:mm:ss.S`, in UTC because the query asks for it, and ISO 8601.
 */
export function parseChangeDate(value: unknown): string | null {
  const parts = typeof value === "string" ? CHANGE_DATE.exec(value) : null;
  if (parts === null) return null;
  const [, day, time, fraction = "", zone = "Z"] = parts;
  const utc = `${day}T${time}${fraction.slice(0, 4).padEnd(4, "0").replace(/^[0.]/, ".")}Z`;
  const ms = Date.parse(utc);
  // a day that the month does not have would roll over
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day.slice(8))) return null;
  return zone === "Z" ? utc : iso(Date.parse(utc.replace("Z", zone)));
}
