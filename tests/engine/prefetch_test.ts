/** Reading ahead: never more than is allowed, never for nothing, and one page at a time when asked to slow down. */
import assert from "node:assert/strict";
import type { Page } from "../../src/engine/locate.ts";
import { ReadAhead, type ReadAheadOptions } from "../../src/engine/prefetch.ts";
import type { Listed } from "../../src/engine/listing_state.ts";

const FIRST = 10;

const OPTIONS: ReadAheadOptions = {
  maxInFlight: 4,
  maxRecords: 100_000,
  backlog: false,
  mayRead: () => true,
  throttled: () => 0,
  breathe: () => Promise.resolve(),
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
    async read({ offset, first }: { offset: number; first: number }): Promise<Page> {
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

/** Reads to the end as the engine does: each page shows the last record of the one before. */
async function readAll(
  source: ReturnType<typeof sourceOf>,
  options: Partial<ReadAheadOptions> = {},
) {
  const ahead = new ReadAhead(source, { ...OPTIONS, ...options });
  for (let offset = 0;; offset += FIRST - 1) {
    const { records } = await ahead.read({ day: "2026-03-10", offset, first: FIRST });
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
  await readAll(source, { breathe: () => turns(200) });
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
  const ahead = new ReadAhead(source, {
    ...OPTIONS,
    maxRecords: 25,
  });
  await ahead.read({ day: "2026-03-10", offset: 0, first: FIRST });
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
  let taken = 0;
  const ahead = new ReadAhead(source, {
    ...OPTIONS,
    throttled: () => taken > 3 ? 1 : 0,
  });
  const inFlight: number[] = [];
  for (; taken < 24; taken++) {
    source.mostInFlight = 0;
    await ahead.read({ day: "2026-03-10", offset: taken * (FIRST - 1), first: FIRST });
    inFlight.push(source.mostInFlight);
  }
  await ahead.drop();
  assert.equal(Math.max(...inFlight.slice(0, 4)), 4);
  const slow = inFlight.slice(5, 13);
  assert.ok(Math.max(...slow) <= 2, `after it was asked for fewer: ${inFlight}`);
  assert.equal(Math.max(...inFlight.slice(-8)), 4);
});

Deno.test("a wrong guess is dropped, and what was asked for is read", async () => {
  const source = sourceOf(200, true);
  const ahead = new ReadAhead(source, {
    ...OPTIONS,
  });
  await ahead.read({ day: "2026-03-10", offset: 0, first: FIRST });
  assert.ok(ahead.hasPages);
  const { records } = await ahead.read({ day: "2026-03-10", offset: 5, first: FIRST });
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
