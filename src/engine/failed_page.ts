/**
 * Reads a page that the source failed to answer. It may have been too large, or contain a record that the
 * source can't show: then that record is skipped, now and whenever it is met again. I/O through the source
 * alone.
 */
import type { PageSize } from "./page_size.ts";
import { hiddenBehind, type PageSource } from "./page_source.ts";
import type { Listed, Range } from "./ports.ts";
import { type SolidPage, upToDisorder } from "./solid_page.ts";
import type { UnreadableRow } from "./unreadable_rows.ts";

/** What stands in the listing for a record that the source can't show. */
const UNREADABLE: Listed = { timeMs: null, fingerprint: "", unreadable: true };

/**
 * After this many single records that can't be shown, the offsets may end there, or an outage may have
 * begun.
 */
const MAX_HOLES = 4;
/** How far beyond them a record that can be shown is looked for. */
const FARTHEST = 256;

/**
 * If any single record can be read, the account works, and the page is read in smaller and smaller parts
 * until the record that can't be shown stands alone.
 * @throws `error`, the page's own failure, if the source answers nothing else either
 */
export async function readFailedPage<R extends Listed>(
  source: PageSource<R>,
  size: PageSize,
  failed: Range,
  error: unknown,
): Promise<SolidPage<R>> {
  const { day, offset } = failed;
  const tooLarge = source.tooLarge(error) !== null;
  const one = await source.probe({ day, offset, first: 1 });
  if (one === null) {
    const isWell = await source.answersAgain() ||
      (offset > 0 && await source.probe({ day, offset: 0, first: 1 }) !== null) ||
      await showsAnyBehind(source, day, offset);
    if (!isWell) throw error;
    return await passOver(source, size, failed, [], error);
  }
  for (let first = failed.first; size.shrink(offset, first, tooLarge);) {
    first = size.size;
    const part = await source.probe({ day, offset, first });
    if (part === null) continue;
    source.tellUnreadable(failed, part.records);
    const { records, readAtMs, bytes } = part;
    const hidden = hiddenBehind(part, offset + records.length);
    const last = size.isEnd(records.length, first) === true && hidden === 0;
    size.succeeded(records.length, offset, last ? Infinity : offset + records.length, bytes);
    const solid = { day, offset, records, breaks: [], readAtMs };
    return records.length === 0 ? source.ended(solid, hidden) : { ...solid, last };
  }
  const next = await source.probe({ day, offset: offset + 1, first: 1 });
  if (next === null) {
    return await passOver(source, size, { ...failed, offset: offset + 1 }, one.records, error);
  }
  const records = [...one.records, ...next.records];
  const last = next.records.length === 0;
  size.succeeded(1, offset, last ? Infinity : offset + records.length);
  const solid = { day, offset, records, breaks: [1], readAtMs: next.readAtMs };
  if (last) return source.ended(solid, hiddenBehind(next, offset + 1));
  return upToDisorder({ ...solid, last });
}

/**
 * Reads around records that could not be shown before: the page has the record before them, and the one
 * after them. Null, and they are forgotten, if the listing has moved or they can be shown by now.
 * @throws the page's failure, if the source answers nothing else either
 */
export async function readAroundRow<R extends Listed>(
  source: PageSource<R>,
  size: PageSize,
  row: UnreadableRow,
): Promise<SolidPage<R> | null> {
  const { day, offset, records } = row;
  const before = offset > 0 ? await source.probe({ day, offset: offset - 1, first: 1 }) : null;
  const isThere = (offset === 0 || before?.records.length === 1) &&
    await source.probe({ day, offset, first: 1 }) === null;
  if (!isThere) {
    size.forgetUnreadable(row);
    return null;
  }
  const shown = [
    ...before?.records ?? [],
    ...Array.from({ length: records }, () => UNREADABLE as R),
  ];
  const end = { day, offset: offset + records, first: 1 };
  source.tellPassedOver({ day, offset, records, afterMs: before?.records[0].timeMs ?? null });
  const after = await source.probe(end);
  if (after === null) return await passOver(source, size, end, shown, source.lastFailure);
  const { readAtMs } = after;
  const breaks = [shown.length];
  const start = end.offset - shown.length;
  const all = { day, offset: start, breaks, readAtMs, records: [...shown, ...after.records] };
  if (after.records.length > 0) return upToDisorder({ ...all, last: false });
  return source.ended(all, hiddenBehind(after, end.offset));
}

/** The record at an offset can't be shown: it is skipped, unless nothing after it can be shown either. */
async function passOver<R extends Listed>(
  source: PageSource<R>,
  size: PageSize,
  { day, offset }: Range,
  before: readonly R[],
  error: unknown,
): Promise<SolidPage<R>> {
  const start = offset - before.length;
  const failures = [source.lastFailure];
  for (let holes = 1;; holes++) {
    const after = await source.probe({ day, offset: offset + holes, first: 1 });
    if (after === null) failures.push(source.lastFailure);
    if (after === null && holes % MAX_HOLES !== 0) continue;
    if (after === null && !await showsAnyBehind(source, day, offset + holes)) break;
    size.excuse();
    size.learnUnreadable(day, offset, holes); // as far as it is known, in case the requests end here
    if (after === null) continue;
    const last = after.records.length === 0;
    const passed = Array.from({ length: holes }, () => UNREADABLE as R);
    const afterMs = before.at(-1)?.timeMs ?? null;
    source.tellRow({ day, offset, afterMs }, failures.slice(0, holes));
    const solid = {
      day,
      offset: start,
      records: [...before, ...passed, ...after.records],
      breaks: [before.length + holes],
      readAtMs: after.readAtMs,
    };
    if (last) return source.ended(solid, hiddenBehind(after, offset + holes));
    return upToDisorder({ ...solid, last: false });
  }
  // an outage may have begun in the meantime
  if (!await source.answersAgain()) throw error;
  size.learnLastOffset(day, offset);
  const readAtMs = source.nowMs;
  return source.cutOff({ day, offset: start, records: before, breaks: [], readAtMs });
}

/** Is anything shown further on? */
async function showsAnyBehind<R extends Listed>(
  source: PageSource<R>,
  day: string,
  offset: number,
): Promise<boolean> {
  for (let stride = 1; stride <= FARTHEST; stride *= 16) {
    if (await source.probe({ day, offset: offset + stride, first: 1 }) !== null) return true;
  }
  return false;
}
