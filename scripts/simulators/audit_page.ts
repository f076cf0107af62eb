/** A page of audit records, whichever wire asked for it. Pure types and one documented number. */

/** A call returns no more records than this, whatever it asks for. */
export const MAX_FIRST = 500;

/** The page that a request asked for: counts of records. */
export interface PageNote {
  readonly offset: number;
  /** The most records it may hold: what was asked for, cut to `MAX_FIRST`. */
  readonly first: number;
  readonly returned: number;
  /** All records that match, on this page or not. */
  readonly total: number;
}
