/**
 * The cursor: all that a run needs to read on from where the last one stopped. Pure.
 * It is stored as plain JSON, see `docs/guarantee.md` for its shape, size and lifetime.
 */
import * as v from "valibot";
import { CollectorError } from "../errors.ts";
import { iso, utcDay } from "./time.ts";

export const CURSOR_VERSION = 1;

/** A record that the source has shown and that was dealt with. */
export interface Seen {
  /** Epoch milliseconds: its own time, or the time before it in the listing if that is later. */
  readonly timeMs: number;
  readonly fingerprint: string;
}

export interface Cursor {
  /** Grows by one with every commit. */
  readonly revision: number;
  /** Nothing older than this was ever asked for. Epoch milliseconds. */
  readonly startMs: number;
  /** The listing starts at this UTC day; `offset` records of it have been dealt with. */
  readonly listing: { readonly day: string; readonly offset: number };
  /** Nothing older than this is delivered any more. Epoch milliseconds; it never goes back. */
  readonly sealedBeforeMs: number;
  /** Time of the newest event delivered, epoch milliseconds. */
  readonly newestMs: number | null;
  /** The end of the listing up to `offset`: everything not sealed, and one record before it. */
  readonly seen: readonly Seen[];
  /** Delivered and not sealed, but not yet met (again) in the listing. */
  readonly unplaced: readonly Seen[];
  /** How this account speaks, as the source found out; opaque to the engine. */
  readonly dialect: unknown;
}

/** The cursor of an account that was never collected: everything from `startMs` on is to be read. */
export function firstCursor(startMs: number): Cursor {
  return {
    revision: 0,
    startMs,
    listing: { day: utcDay(startMs), offset: 0 },
    sealedBeforeMs: startMs,
    newestMs: null,
    seen: [],
    unplaced: [],
    dialect: null,
  };
}

/** Hexadecimal digits of a record's fingerprint. */
export const FINGERPRINT_DIGITS = 32;

const instant = v.pipe(v.string(), v.isoTimestamp());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const remembered = v.array(v.tuple([
  instant,
  v.pipe(v.string(), v.regex(new RegExp(`^(?:[0-9a-f]{${FINGERPRINT_DIGITS}})+$`))),
]));

const StoredCursor = v.strictObject({
  version: v.literal(CURSOR_VERSION),
  account: v.string(),
  feed: v.string(),
  destination: v.string(),
  revision: count,
  start: instant,
  listing: v.strictObject({ day: v.pipe(v.string(), v.isoDate()), offset: count }),
  sealedBefore: instant,
  newest: v.nullable(instant),
  seen: remembered,
  unplaced: remembered,
  dialect: v.unknown(),
});

/** Whose cursor it is: one is kept for every account, feed and destination. */
export interface CursorOwner {
  readonly account: string;
  readonly feed: string;
  readonly destination: string;
}

/** The cursor as it is stored. Fingerprints of one instant stand together, 32 characters each. */
export function encodeCursor(cursor: Cursor, owner: CursorOwner): string {
  return JSON.stringify({
    version: CURSOR_VERSION,
    account: owner.account,
    feed: owner.feed,
    destination: owner.destination,
    revision: cursor.revision,
    start: iso(cursor.startMs),
    listing: cursor.listing,
    sealedBefore: iso(cursor.sealedBeforeMs),
    newest: cursor.newestMs === null ? null : iso(cursor.newestMs),
    seen: group(cursor.seen),
    unplaced: group(cursor.unplaced),
    dialect: cursor.dialect,
  });
}

/**
 * Reads a stored cursor.
 * @throws {CollectorError} `cursor_newer` if a later version wrote it, `cursor_unreadable` if it is
 * damaged or somebody else's. The run must stop then: to begin anew would repeat or lose events.
 */
export function decodeCursor(text: string, owner: CursorOwner): Cursor {
  const stored = parseJson(text);
  const version = (stored as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > CURSOR_VERSION) {
    throw new CollectorError("cursor_newer", {
      detail:
        `The stored cursor has version ${version}; this collector knows up to ${CURSOR_VERSION}.`,
    });
  }
  const parsed = v.safeParse(StoredCursor, stored);
  if (!parsed.success) {
    const where = v.getDotPath(parsed.issues[0]) ?? "the whole value";
    throw new CollectorError("cursor_unreadable", {
      detail: `The stored cursor can't be read at: ${where}.`,
    });
  }
  const { account, feed, destination } = parsed.output;
  if (account !== owner.account || feed !== owner.feed || destination !== owner.destination) {
    throw new CollectorError("cursor_unreadable", {
      detail: `The stored cursor belongs to account ${account}, feed ${feed} and destination ` +
        `${destination}.`,
    });
  }
  return {
    revision: parsed.output.revision,
    startMs: Date.parse(parsed.output.start),
    listing: parsed.output.listing,
    sealedBeforeMs: Date.parse(parsed.output.sealedBefore),
    newestMs: parsed.output.newest === null ? null : Date.parse(parsed.output.newest),
    seen: ungroup(parsed.output.seen),
    unplaced: ungroup(parsed.output.unplaced),
    dialect: parsed.output.dialect,
  };
}

function group(seen: readonly Seen[]): [string, string][] {
  const groups: [string, string][] = [];
  let groupTimeMs = NaN;
  for (const { timeMs, fingerprint } of seen) {
    if (timeMs === groupTimeMs) groups[groups.length - 1][1] += fingerprint;
    else groups.push([iso(groupTimeMs = timeMs), fingerprint]);
  }
  return groups;
}

function ungroup(groups: readonly (readonly [string, string])[]): Seen[] {
  const seen: Seen[] = [];
  for (const [time, fingerprints] of groups) {
    const timeMs = Date.parse(time);
    for (let at = 0; at < fingerprints.length; at += FINGERPRINT_DIGITS) {
      seen.push({ timeMs, fingerprint: fingerprints.slice(at, at + FINGERPRINT_DIGITS) });
    }
  }
  return seen;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
