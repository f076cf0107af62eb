/** Stretches of the listing, as pages show them and as they are assembled from several answers. Pure. */
import type { Listed } from "./ports.ts";

/** A stretch of the listing without holes: a record that can't be shown has its place in it. */
export interface SolidPage<R extends Listed = Listed> {
  readonly day: string;
  /** Of its first record. */
  readonly offset: number;
  readonly records: readonly R[];
  /**
   * Indexes at which another answer begins: only what one answer shows is known to exist at the same time.
   */
  readonly breaks: readonly number[];
  readonly readAtMs: number;
  /** True when nothing follows, as far as the source shows. */
  readonly last: boolean;
  /** How many records the source says the listing has; it may count something else. */
  readonly total?: number | undefined;
  /** Whether the source says that there is more or no more, if it says anything; it may count something else. */
  readonly saysMore?: boolean;
  /** True when it is the last one because the source answers no offsets beyond it. */
  readonly isCut?: boolean;
  /** How many records the source says it has behind its last one but does not show; null if it doesn't say. */
  readonly hidden?: number | null;
}

/** The first readable date, epoch milliseconds; null if there is none. */
export function firstTimeMs(records: readonly Listed[]): number | null {
  return records.find(isDated)?.timeMs ?? null;
}

/** The last readable date, epoch milliseconds; null if there is none. */
export function lastTimeMs(records: readonly Listed[]): number | null {
  return records.findLast(isDated)?.timeMs ?? null;
}

/** The page without what it shows before an offset. */
export function startingAt<R extends Listed>(page: SolidPage<R>, offset: number): SolidPage<R> {
  const before = offset - page.offset;
  const breaks = page.breaks.map((at) => at - before).filter((at) => at > 0);
  return { ...page, offset, records: page.records.slice(before), breaks };
}

/** Two pages as one. Where the first reaches into the second, the second counts. */
export function joined<R extends Listed>(
  before: SolidPage<R>,
  after: SolidPage<R>,
): SolidPage<R> {
  const length = after.offset - before.offset;
  const breaks = before.breaks.filter((at) => at < length);
  return upToDisorder({
    ...after,
    offset: before.offset,
    records: [...before.records.slice(0, length), ...after.records],
    breaks: [...breaks, length, ...after.breaks.map((at) => length + at)],
  });
}

/**
 * A page that was put together from several answers, up to the first one that shows older records than
 * the one before it: the listing has moved between them.
 */
export function upToDisorder<R extends Listed>(page: SolidPage<R>): SolidPage<R> {
  const { records } = page;
  const at = page.breaks.find((at) =>
    (lastTimeMs(records.slice(0, at)) ?? -Infinity) >
      (firstTimeMs(records.slice(at)) ?? Infinity)
  );
  if (at === undefined) return page;
  const breaks = page.breaks.filter((other) => other < at);
  return { ...page, records: records.slice(0, at), breaks, last: false, isCut: false };
}

export function isDated({ timeMs }: Listed): boolean {
  return timeMs !== null;
}
