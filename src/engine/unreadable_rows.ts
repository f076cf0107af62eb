/**
 * Rows of records that the source can't show, by their places in the listing. Known ones are read around,
 * so that they need not be found again in each run. Pure.
 */
import * as v from "valibot";

const whole = v.pipe(v.number(), v.integer(), v.minValue(0));

export const UnreadableRow = v.object({
  /** The listing's day. */
  day: v.string(),
  /** Of its first record. */
  offset: whole,
  records: whole,
});

export type UnreadableRow = v.InferOutput<typeof UnreadableRow>;

/** No more are remembered: the oldest are forgotten first. */
const MAX_ROWS = 20;

/** The first row of a day that has a record within a range of offsets. */
export function rowWithin(
  rows: readonly UnreadableRow[],
  day: string,
  fromOffset: number,
  toOffset: number,
): UnreadableRow | undefined {
  return rows.filter((row) => row.day === day && row.offset < toOffset && endOf(row) > fromOffset)
    .sort((a, b) => a.offset - b.offset)[0];
}

/** The rows with one more, joined with those that it touches. */
export function withRow(rows: readonly UnreadableRow[], row: UnreadableRow): UnreadableRow[] {
  const touches = (other: UnreadableRow) =>
    other.day === row.day && other.offset <= endOf(row) && endOf(other) >= row.offset;
  const all = [...rows.filter(touches), row];
  const offset = Math.min(...all.map((one) => one.offset));
  const records = Math.max(...all.map(endOf)) - offset;
  const others = rows.filter((other) => !touches(other));
  return [...others, { day: row.day, offset, records }].slice(-MAX_ROWS);
}

export function withoutRow(rows: readonly UnreadableRow[], row: UnreadableRow): UnreadableRow[] {
  return rows.filter((other) => other !== row);
}

function endOf({ offset, records }: UnreadableRow): number {
  return offset + records;
}
