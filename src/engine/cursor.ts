/**
 * The cursor: everything that a run needs to continue where the last one stopped. Pure. It is stored as
 * plain JSON, see `docs/guarantee.md` for its shape, size and lifetime.
 */
import * as v from "valibot";
import { CollectorError } from "../errors.ts";
import { iso, listingDay } from "./time.ts";

export const CURSOR_VERSION = 2;

/** Hexadecimal digits of a record's fingerprint. */
export const FINGERPRINT_DIGITS = 32;

/** An instant of which something was dealt with. */
export interface DealtInstant {
  /** Epoch milliseconds. */
  readonly timeMs: number;
  /** Fingerprints of what was dealt with, one after another, in no order. */
  readonly prints: string;
  /** How many records the source last showed there: more than the fingerprints if it can't show some. */
  readonly slots: number;
}

/** A boundary in time in the listing: the records before `offset` are older than `beforeMs`, the others are not. */
export interface Place {
  /** The listing starts at this day. */
  readonly day: string;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly beforeMs: number;
  /** Of which listing: see `Source.scope`. */
  readonly scope: string;
  /** How many records of the instant at the place were read, if it is larger than a run can read. */
  readonly inside?: number;
}

export interface Cursor {
  /** Increases by one with every commit. */
  readonly revision: number;
  /** Nothing older than this was ever asked for. Epoch milliseconds. */
  readonly startMs: number;
  /** Everything before it was dealt with, except what was inserted since; null until it has been found. */
  readonly place: Place | null;
  /** Nothing older than this is delivered from now on. Epoch milliseconds; it never goes back. */
  readonly watermarkMs: number;
  /** Time of the newest event delivered, epoch milliseconds. */
  readonly newestMs: number | null;
  /** What was dealt with and is not behind the watermark, oldest first. */
  readonly dealt: readonly DealtInstant[];
  /** Since when the source has shown less than before, epoch milliseconds. */
  readonly behindSinceMs: number | null;
  /** What is known of the source's page sizes; opaque here, see `PageSize`. */
  readonly pageSize: unknown;
  /** What the source has learnt; opaque to the engine. */
  readonly source: unknown;
}

/** The cursor of an account that was never collected: everything from `startMs` on is still to be read. */
export function firstCursor(startMs: number): Cursor {
  return {
    revision: 0,
    startMs,
    place: null,
    watermarkMs: startMs,
    newestMs: null,
    dealt: [],
    behindSinceMs: null,
    pageSize: null,
    source: null,
  };
}

/** The day from which a place is searched for. */
export function searchDay({ watermarkMs }: Pick<Cursor, "watermarkMs">): string {
  return listingDay(watermarkMs);
}

const instant = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const prints = v.pipe(v.string(), v.regex(new RegExp(`^(?:[0-9a-f]{${FINGERPRINT_DIGITS}})*$`)));

const StoredCursor = v.strictObject({
  version: v.literal(CURSOR_VERSION),
  account: v.string(),
  feed: v.string(),
  destination: v.string(),
  revision: count,
  start: instant,
  place: v.nullable(v.strictObject({
    day: v.pipe(v.string(), v.isoDate()),
    offset: count,
    before: instant,
    scope: v.string(),
    inside: v.optional(count),
  })),
  watermark: instant,
  newest: v.nullable(instant),
  dealt: v.array(
    v.union([v.strictTuple([instant, prints]), v.strictTuple([instant, prints, count])]),
  ),
  behindSince: v.nullable(instant),
  pageSize: v.unknown(),
  source: v.unknown(),
});

/** Whose cursor it is: one is kept for every account, feed and destination. */
export interface CursorOwner {
  readonly account: string;
  readonly feed: string;
  readonly destination: string;
}

/** The cursor as it is stored. Fingerprints of one instant are stored together, 32 characters each. */
export function encodeCursor(cursor: Cursor, owner: CursorOwner): string {
  const { place } = cursor;
  return JSON.stringify({
    version: CURSOR_VERSION,
    account: owner.account,
    feed: owner.feed,
    destination: owner.destination,
    revision: cursor.revision,
    start: iso(cursor.startMs),
    place: place === null ? null : {
      day: place.day,
      offset: place.offset,
      before: iso(place.beforeMs),
      scope: place.scope,
      inside: place.inside,
    },
    watermark: iso(cursor.watermarkMs),
    newest: isoOrNull(cursor.newestMs),
    dealt: cursor.dealt.map(({ timeMs, prints, slots }) =>
      slots * FINGERPRINT_DIGITS === prints.length
        ? [iso(timeMs), prints]
        : [iso(timeMs), prints, slots]
    ),
    behindSince: isoOrNull(cursor.behindSinceMs),
    pageSize: cursor.pageSize,
    source: cursor.source,
  });
}

/**
 * Reads a stored cursor.
 * @throws {CollectorError} `cursor_newer` if a later version wrote it, `cursor_unreadable` if it is damaged
 * or somebody else's. The run must then stop: starting over would repeat or lose events.
 */
export function decodeCursor(text: string, owner: CursorOwner): Cursor {
  const stored = parseJson(text);
  const version = (stored as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== CURSOR_VERSION) {
    const newer = version > CURSOR_VERSION;
    throw new CollectorError(newer ? "cursor_newer" : "cursor_unreadable", {
      detail: `The stored cursor has version ${version}; this collector reads ${CURSOR_VERSION}.`,
    });
  }
  const parsed = v.safeParse(StoredCursor, stored);
  if (!parsed.success) {
    const where = v.getDotPath(parsed.issues[0]) ?? "the whole value";
    throw new CollectorError("cursor_unreadable", {
      detail: `The stored cursor can't be read at: ${where}.`,
    });
  }
  const { account, feed, destination, place } = parsed.output;
  if (account !== owner.account || feed !== owner.feed || destination !== owner.destination) {
    throw new CollectorError("cursor_unreadable", {
      detail: `The stored cursor belongs to account ${account}, feed ${feed} and destination ` +
        `${destination}.`,
    });
  }
  return {
    revision: parsed.output.revision,
    startMs: Date.parse(parsed.output.start),
    place: place === null ? null : {
      day: place.day,
      offset: place.offset,
      beforeMs: Date.parse(place.before),
      scope: place.scope,
      ...(place.inside !== undefined && { inside: place.inside }),
    },
    watermarkMs: Date.parse(parsed.output.watermark),
    newestMs: msOrNull(parsed.output.newest),
    dealt: parsed.output.dealt.map(([time, prints, slots]) => ({
      timeMs: Date.parse(time),
      prints,
      slots: slots ?? prints.length / FINGERPRINT_DIGITS,
    })),
    behindSinceMs: msOrNull(parsed.output.behindSince),
    pageSize: parsed.output.pageSize,
    source: parsed.output.source,
  };
}

function isoOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : iso(timeMs);
}

function msOrNull(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
