/** What a run has done so far. It is filled in as the run proceeds, so that a failed run can be reported too. Pure. */
import type { Cursor } from "./cursor.ts";
import type { TooLarge } from "./ports.ts";

/** Records that the source has but does not show: reconciliation looks for them again. */
export interface Gap {
  /** The listing's day, and the place in it. */
  readonly day: string;
  readonly offset: number;
  /** How many records; null when it can't be known, 0 when it turned out that none are missing there. */
  readonly records: number | null;
  /**
   * Times of the records around it, epoch milliseconds; null where the listing ends. Of one beyond the last
   * offset, `beforeMs` is null as long as reading waits there, and has not gone on in a later listing.
   */
  readonly afterMs: number | null;
  readonly beforeMs: number | null;
  readonly foundAtMs: number;
  readonly why: "unreadable" | "never shown" | "beyond the last offset";
  /** Set where it is one record that is unreadable because it is too large. */
  readonly tooLarge?: TooLarge;
}

export interface Progress {
  cursor: Cursor;
  /** False as long as the cursor has never been committed. */
  stored: boolean;
  commits: number;
  pages: number;
  recordsRead: number;
  delivered: number;
  deadLettered: number;
  /** New events that the destination did not accept: they became dead letters or were set aside. */
  refused: number;
  /** Refused with others in the last push, and not tried alone, because the requests ran out first. */
  untried: number;
  /** Events that were undelivered before and are delivered now. */
  redelivered: number;
  /** Delivered, but altered by the destination. */
  altered: number;
  /**
   * Events in a push that failed without an answer: they may be delivered twice when the next run sends
   * them.
   */
  inDoubt: number;
  /** Events in attempts that got no answer, and that were sent again: they may have been delivered twice. */
  unanswered: number;
  lateArrivals: number;
  twins: number;
  batches: number;
  /** Times the listing was found to have moved. */
  relocations: number;
  gaps: Gap[];
  /** True when there is more to read right away. */
  more: boolean;
  /** True when the source shows less than before, so that the run waits for it. */
  behind: boolean;
  /** The oldest event of a batch that was read and is not settled, epoch milliseconds; null if there is none. */
  openSinceMs: number | null;
  /** When the last page was asked for, epoch milliseconds. */
  readAtMs: number | null;
}

export function startProgress(cursor: Cursor, stored: boolean): Progress {
  return {
    cursor,
    stored,
    commits: 0,
    pages: 0,
    recordsRead: 0,
    delivered: 0,
    deadLettered: 0,
    refused: 0,
    untried: 0,
    redelivered: 0,
    altered: 0,
    inDoubt: 0,
    unanswered: 0,
    lateArrivals: 0,
    twins: 0,
    batches: 0,
    relocations: 0,
    gaps: [],
    more: false,
    behind: false,
    openSinceMs: null,
    readAtMs: null,
  };
}

/** All gaps, each once: reading again meets the same gap again. */
export function mergeGaps(gaps: readonly Gap[], news: readonly Gap[]): Gap[] {
  const merged = new Map<string, Gap>();
  for (const gap of [...gaps, ...news]) {
    const key = keyOf(gap);
    const known = merged.get(key);
    merged.set(key, known === undefined ? gap : bothGaps(known, gap));
  }
  return [...merged.values()];
}

/** What was never shown is identified by its instant, other gaps by their place. */
function keyOf({ why, day, offset, afterMs }: Gap): string {
  return why === "never shown" ? `${why} ${afterMs}` : `${why} ${day} ${offset}`;
}

/** `known` was reported at the same place before. If the listing has moved since, other records may stand there. */
function bothGaps(known: Gap, gap: Gap): Gap {
  return {
    ...gap,
    records: gap.why === "never shown" ? gap.records : most(known.records, gap.records),
    afterMs: earliest(known.afterMs, gap.afterMs),
    foundAtMs: known.foundAtMs,
    ...tooLargeOf(gap, known),
  };
}

/** What is known of a record that is too large, by whichever gap knows it first. */
export function tooLargeOf(...gaps: readonly (Gap | undefined)[]): Pick<Gap, "tooLarge"> {
  const tooLarge = gaps.find((gap) => gap?.tooLarge !== undefined)?.tooLarge;
  return tooLarge === undefined ? {} : { tooLarge };
}

/** The larger of two counts; unknown if either is. */
function most(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? a ?? b : Math.min(a, b);
}
