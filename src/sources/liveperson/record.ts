/** A source record as the audit API answers it, and what identifies it. Pure. */
import type { Digest } from "../../digest.ts";
import type { Listed } from "../../engine/ports.ts";
import { iso } from "../../engine/time.ts";

/** The fields as they came, in either wire format. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Is it a record, and not something else in its place? */
export function isRecord(value: unknown): value is RawRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface SourceRecord extends Listed {
  readonly raw: RawRecord;
  /** The time of the change, ISO 8601 UTC with milliseconds; null when it can't be read. */
  readonly changedAt: string | null;
}

/** What stands for a record that the service could not render. */
const UNREADABLE: SourceRecord = {
  raw: {},
  timeMs: null,
  changedAt: null,
  fingerprint: "",
  unreadable: true,
};

/**
 * The records of a page; null stands for one that the service could not render. They are identified
 * together, because that is faster. A fingerprint is the first 128 bits of SHA-256: two contents that share
 * one can't be found, not even on purpose.
 */
export async function toRecords(
  page: readonly (RawRecord | null)[],
  accountId: string,
  digest: Digest,
): Promise<SourceRecord[]> {
  const readable = await identify(page.filter((raw) => raw !== null), accountId, digest);
  if (readable.length === page.length) return readable;
  const inOrder = readable.values();
  return page.map((raw) => raw === null ? UNREADABLE : inOrder.next().value!);
}

/** For the constructor, see the engine's `Instant`. */
class ReadRecord implements SourceRecord {
  readonly timeMs: number | null;
  readonly changedAt: string | null;

  constructor(readonly raw: RawRecord, date: ChangeDate | null, readonly fingerprint: string) {
    this.timeMs = date?.ms ?? null;
    this.changedAt = date?.iso ?? null;
  }
}

async function identify(
  page: readonly RawRecord[],
  accountId: string,
  digest: Digest,
): Promise<SourceRecord[]> {
  const dates = readChangeDates(page);
  const hashes = await digest(
    page.map((raw, index) => identityOf(raw, accountId, dates[index]?.iso ?? raw.changeDate)),
  );
  return page.map((raw, index) => new ReadRecord(raw, dates[index], hashes[index]));
}

/**
 * The content that identifies a record, in a fixed order. Fields that the service may add one day are not
 * part of it, so that they don't change the ids of events that have already been delivered.
 */
function identityOf(raw: RawRecord, accountId: string, changeDate: unknown): string {
  return JSON.stringify([
    accountId,
    changeDate,
    raw.accountId,
    raw.objectType,
    raw.objectName,
    raw.actionType,
    raw.changeType,
    raw.element,
    raw.oldValue,
    raw.newValue,
    raw.originator,
    raw.originatorLoginName,
    raw.originatorUserId,
    raw.originatorUserAgent,
    raw.originatorAuthType,
    raw.originatorIsLpa,
    raw.userId,
    raw.changedBy,
  ]);
}

/** The id of an event: its record's fingerprint, and its number among identical records. */
export function eventId(fingerprint: string, occurrence: number): string {
  // joined, not concatenated: a text in one piece is serialised twice as fast
  return [fingerprint, occurrence].join("-");
}

const CHANGE_DATE = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/;

/** The dates of records; one change leaves several records with the same date, one after another. */
function readChangeDates(page: readonly RawRecord[]): (ChangeDate | null)[] {
  let before: { text: unknown; date: ChangeDate | null } = { text: undefined, date: null };
  return page.map(({ changeDate: text }) => {
    if (text !== before.text) before = { text, date: readChangeDate(text) };
    return before.date;
  });
}

interface ChangeDate {
  /** ISO 8601 UTC with milliseconds. */
  readonly iso: string;
  /** Epoch milliseconds. */
  readonly ms: number;
}

/**
 * Reads a `changeDate`: ISO 8601 UTC with milliseconds, and the same in epoch milliseconds; null when
 * it can't be read. Both spellings are known: `yyyy-MM-dd HH:mm:ss.S`, in UTC because the query asks
 * for it, and ISO 8601.
 */
export function readChangeDate(value: unknown): ChangeDate | null {
  const parts = typeof value === "string" ? CHANGE_DATE.exec(value) : null;
  if (parts === null) return null;
  const [text, fraction = ".", zone = "Z"] = parts;
  const milliseconds = fraction.slice(0, 4).padEnd(4, "0");
  const utc = [text.slice(0, 10), "T", text.slice(11, 19), milliseconds, "Z"].join("");
  const ms = Date.parse(utc);
  // a day that the month does not have would roll over
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(text.slice(8, 10))) return null;
  if (zone === "Z") return { iso: utc, ms };
  const zonedMs = Date.parse(utc.replace("Z", zone));
  if (Number.isNaN(zonedMs)) return null;
  return { iso: iso(zonedMs), ms: zonedMs };
}
