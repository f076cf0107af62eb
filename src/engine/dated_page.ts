/**
 * Records whose date can't be read don't show where they belong: a page of them is joined with the pages
 * around it until it shows a dated record. I/O through the page reader alone.
 */
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import { firstTimeMs, joined, lastTimeMs, type SolidPage } from "./solid_page.ts";

/**
 * This many records before a page are tried first, then sixteen times as many each time: usually only one
 * is undated.
 */
const FIRST_REACH = 1;

/** The page, extended backwards until it begins with a dated record or with the first of all. */
export async function backToDated<R extends Listed>(
  reader: PageReader<R>,
  start: SolidPage<R>,
): Promise<SolidPage<R>> {
  let page = start;
  for (let reach = FIRST_REACH; page.offset > 0 && page.records[0]?.timeMs === null; reach *= 16) {
    page = await withPageBefore(reader, page, reach);
  }
  return page;
}

/**
 * The page together with the one before it, or only that one if the listing ends within it. `reach`: its
 * size.
 */
export async function withPageBefore<R extends Listed>(
  reader: PageReader<R>,
  page: SolidPage<R>,
  reach = Infinity,
): Promise<SolidPage<R>> {
  const { day, offset } = page;
  const from = Math.max(0, offset - Math.min(reach, reader.size.stride));
  let before = await reader.readAt(day, from, offset - from);
  for (let end = endOf(before); end < offset && !before.last;) {
    before = joined(before, await reader.readAt(day, end, offset - end));
    if (endOf(before) <= end) return before; // the listing has moved meanwhile
    end = endOf(before);
  }
  return endOf(before) < offset ? before : joined(before, page);
}

function endOf({ offset, records }: SolidPage): number {
  return offset + records.length;
}

/**
 * The page, extended backwards as long as nothing before an offset is dated, and forwards as long as
 * nothing from there on is: then it proves what stands on either side.
 */
export async function readAround<R extends Listed>(
  reader: PageReader<R>,
  start: SolidPage<R>,
  offset: number,
): Promise<SolidPage<R>> {
  let page = start;
  const showsPlace = offset <= endOf(page);
  for (let reach = FIRST_REACH; showsPlace && page.offset > 0 && reader.hasBudget(); reach *= 16) {
    if (lastTimeMs(page.records.slice(0, offset - page.offset)) !== null) break;
    page = await withPageBefore(reader, page, reach);
    if (endOf(page) < offset) return start; // it has moved meanwhile
  }
  while (!page.last && reader.hasBudget()) {
    const { records } = page;
    if (firstTimeMs(records.slice(offset - page.offset)) !== null) break;
    page = joined(page, await reader.readAt(page.day, endOf(page)));
    if (page.records.length <= records.length) break;
  }
  return page;
}
