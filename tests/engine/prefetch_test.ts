/** Reading ahead: never more than is allowed, never for nothing, and one page at a time when asked to slow down. */
import assert from "node:assert/strict";
import type { Listed, Page, Range } from "../../src/engine/ports.ts";
import { overlapOf, Prefetch, type PrefetchOptions } from "../../src/engine/prefetch.ts";

const FIRST = 10;

const OPTIONS: PrefetchOptions = {
  maxInFlight: 4,
  maxRecords: 100_000,
  backlog: false,
  mayRead: () => true,
  lastOffset: () => Infinity,
  yieldToEventLoop: () => Promise.resolve(),
};

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}

/** A source of so many records that counts what it is asked, and how much at once. */
function sourceOf(count: number, tellsTotal: boolean) {
  const asked: number[] = [];
  let inFlight = 0;
  const source = {
    asked,
    mostInFlight: 0,
    scope: "all",
    memory: null,
    throttled: 0,
    isPageFailure: () => false,
    async read({ offset, first }: Range): Promise<Page> {
      asked.push(offset);
      source.mostInFlight = Math.max(source.mostInFlight, ++inFlight);
      await turns(20);
      inFlight--;
      const records = Array.from(
        { length: Math.max(0, Math.min(first, count - offset)) },
        (_, i): Listed => ({ timeMs: 0, fingerprint: String(offset + i) }),
      );
      return { records, readAtMs: 0, total: tellsTotal ? count : records.length };
    },
  };
  return source;
}

const DAY = "2026-03-10";

/** The page at an offset, which must show it first. */
async function readPage(ahead: Prefetch<Listed>, offset: number): Promise<Page> {
  const read = await ahead.read({ day: DAY, offset, first: FIRST }, FIRST);
  assert.equal(read.offset, offset);
  return read.page;
}

/** Reads to the end as the engine does: each page shows the last record of the one before. */
async function readAll(
  source: ReturnType<typeof sourceOf>,
  options: Partial<PrefetchOptions> = {},
) {
  const ahead = new Prefetch(source, { ...OPTIONS, ...options });
  for (let offset = 0;; offset += FIRST - 1) {
    const { records } = await readPage(ahead, offset);
    assert.equal(records[0]?.fingerprint, String(offset));
    if (records.length < FIRST) break;
  }
  await ahead.drop();
  return ahead;
}

Deno.test("a known backlog is read with four pages in flight, and each page once", async () => {
  const source = sourceOf(200, true);
  await readAll(source);
  assert.equal(source.mostInFlight, 4);
  assert.deepEqual(source.asked, Array.from({ length: 23 }, (_, page) => page * 9));
});

Deno.test("each page is read once too when whoever takes them is slow", async () => {
  const source = sourceOf(200, true);
  await readAll(source, { yieldToEventLoop: () => turns(200) });
  assert.deepEqual(source.asked, Array.from({ length: 23 }, (_, page) => page * 9));
});

Deno.test("nothing is read ahead where there is no backlog", async () => {
  const source = sourceOf(7, true);
  await readAll(source);
  assert.deepEqual(source.asked, [0]);
});

Deno.test("without a total, a backlog is believed after some full pages, and costs four pages too many at most", async () => {
  const source = sourceOf(200, false);
  await readAll(source);
  assert.deepEqual(source.asked.slice(0, 4), [0, 9, 18, 27]);
  assert.equal(source.mostInFlight, 4);
  assert.ok(source.asked.length <= 23 + 4);
});

Deno.test("no page is read for more records than the run may take", async () => {
  const source = sourceOf(1000, true);
  const ahead = new Prefetch(source, {
    ...OPTIONS,
    maxRecords: 25,
  });
  await readPage(ahead, 0);
  assert.deepEqual(source.asked, [0, 9, 18]);
  await ahead.drop();
});

Deno.test("nothing is read ahead when the budget does not allow it", async () => {
  const source = sourceOf(200, true);
  await readAll(source, { mayRead: () => false });
  assert.equal(source.mostInFlight, 1);
});

Deno.test("when asked for fewer requests, pages are read one at a time, and carefully more again", async () => {
  const source = sourceOf(400, true);
  const ahead = new Prefetch(source, OPTIONS);
  const inFlight: number[] = [];
  for (let taken = 0; taken < 24; taken++) {
    if (taken === 4) source.throttled = 1;
    source.mostInFlight = 0;
    await ahead.read({ day: DAY, offset: taken * (FIRST - 1), first: FIRST }, FIRST);
    inFlight.push(source.mostInFlight);
  }
  await ahead.drop();
  assert.equal(Math.max(...inFlight.slice(0, 4)), 4);
  const slow = inFlight.slice(5, 12);
  assert.ok(Math.max(...slow) <= 2, `after it was asked for fewer: ${inFlight}`);
  assert.equal(Math.max(...inFlight.slice(-8)), 4);
});

Deno.test("a wrong guess is dropped, and what was asked for is read", async () => {
  const source = sourceOf(200, true);
  const ahead = new Prefetch(source, OPTIONS);
  await readPage(ahead, 0);
  assert.ok(ahead.hasPages);
  const { records } = await readPage(ahead, 5);
  assert.equal(records[0].fingerprint, "5");
  await ahead.drop();
});

Deno.test("a backlog that is known of before is read ahead from the first page on", async () => {
  const source = sourceOf(200, false);
  await readAll(source, { backlog: true });
  assert.deepEqual(source.asked.slice(0, 4), [0, 9, 18, 27]);
  assert.equal(source.mostInFlight, 4);
});

Deno.test("a backlog that has gone meanwhile costs no more than the pages in flight", async () => {
  const source = sourceOf(7, true);
  await readAll(source, { backlog: true });
  assert.ok(source.asked.length <= 4);
});

Deno.test("a page that was read ahead and still shows what is wanted is used, and told where it begins", async () => {
  const size = 100;
  const overlap = overlapOf(size);
  const source = sourceOf(1000, true);
  const ahead = new Prefetch(source, OPTIONS);
  await ahead.read({ day: DAY, offset: 0, first: size }, size);
  const last = size - overlap + overlap - 1;
  const { offset } = await ahead.read({ day: DAY, offset: last, first: size }, size);
  assert.equal(offset, size - overlap);
  assert.equal(source.asked.filter((asked) => asked === offset).length, 1);
  await ahead.drop();
  assert.ok(!source.asked.includes(last));
});

Deno.test("nothing is read ahead of pages that are too large, and a guess may take its share of the memory only", async () => {
  const share = 4 * 1024 * 1024;
  for (const bytes of [share, share + 1]) {
    const source = sourceOf(200, true);
    const limits: (number | undefined)[] = [];
    const ahead = new Prefetch({
      ...source,
      async read(range) {
        limits.push(range.maxBytes);
        return { ...await source.read(range), bytes };
      },
    }, OPTIONS);
    await readPage(ahead, 0);
    await ahead.drop();
    assert.deepEqual(
      limits,
      bytes === share ? [undefined, share, share, share, share] : [undefined],
    );
  }
});

Deno.test("a guess that failed is asked for again where it is wanted, and tells for how many records", async () => {
  const source = sourceOf(200, true);
  const ahead = new Prefetch({
    ...source,
    async read(range) {
      const page = await source.read(range);
      if (range.probing) throw new Error("it takes too much");
      return page;
    },
  }, OPTIONS);
  await readPage(ahead, 0);
  const { offset, first, page } = await ahead.read({ day: DAY, offset: 9, first: 5 }, 5);
  assert.deepEqual([offset, first, page.records.length], [9, 5, 5]);
  await ahead.drop();
});
