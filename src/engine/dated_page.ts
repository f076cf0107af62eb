/**
 * Records whose date can't be read tell nothing about where they stand: pages of them are put together
 * with the pages around them, until a dated record shows. I/O through the page reader alone.
 */
import type { PageReader } from "./page_reader.ts";
import type { Listed } from "./ports.ts";
import { firstTimeMs, joined, lastTimeMs, type SolidPage } from "./solid_page.ts";

/** A page that begins with a dated record: together with the pages before it if need be, back to an offset. */
export async function readFromDated<R extends Listed>(
  reader: PageReader<R>,
  day: string,
  offset: number,
  backTo: number,
): Promise<SolidPage<R>> {
  let page = await reader.readAt(day, offset);
  while (page.offset > backTo && (page.records[0]?.timeMs ?? null) === null) {
    const from = Math.max(backTo, page.offset - reader.size.stride);
    const before = await reader.readAt(day, from, page.offset - from);
    if (before.offset + before.records.length < page.offset) return before;
    page = joined(before, page);
  }
  return page;
}

/**
 * The page, together with the one before it as long as nothing before an offset is dated, and with those
 * that follow it as long as nothing from it on is: then the page proves what stands on either side.
 */
export async function readAround<R extends Listed>(
  reader: PageReader<R>,
  start: SolidPage<R>,
  offset: number,
): Promise<SolidPage<R>> {
  let page = start;
  const showsPlace = offset <= page.offset + page.records.length;
  while (showsPlace && page.offset > 0 && reader.hasBudget()) {
    if (lastTimeMs(page.records.slice(0, offset - page.offset)) !== null) break;
    const from = Math.max(0, page.offset - reader.size.stride);
    const before = await reader.readAt(page.day, from, page.offset - from);
    if (before.offset + before.records.length < page.offset) break;
    page = joined(before, page);
    if (page.offset + page.records.length < offset) return start; // it has moved meanwhile
  }
  while (!page.last && reader.hasBudget()) {
    const { records } = page;
    if (firstTimeMs(records.slice(offset - page.offset)) !== null) break;
    page = joined(page, await reader.readAt(page.day, page.offset + records.length));
    if (page.records.length <= records.length) break;
  }
  return page;
}
