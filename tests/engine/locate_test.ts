/** The search for a boundary in the listing. */
import assert from "node:assert/strict";
import { locate } from "../../src/engine/locate.ts";
import type { PageReader } from "../../src/engine/page_reader.ts";
import type { Listed } from "../../src/engine/ports.ts";
import type { SolidPage } from "../../src/engine/solid_page.ts";

const PAGE = 500;

/** A reader of a listing of times; it counts its reads. `change`: what happens before each. */
function readerOf(times: (number | null)[], change: (read: number) => void = () => {}) {
  const counted = { reads: 0 };
  const reader = {
    size: { size: PAGE, stride: PAGE },
    readAt(day: string, offset: number, first = PAGE): Promise<SolidPage> {
      change(counted.reads++);
      const records = times.slice(offset, offset + first)
        .map((timeMs): Listed => ({ timeMs, fingerprint: "" }));
      const last = offset + first >= times.length;
      return Promise.resolve({ day, offset, records, breaks: [], readAtMs: 0, last });
    },
  };
  return { reader: reader as unknown as PageReader<Listed>, counted };
}

const sought = { day: "2026-03-10", likelyOffset: 0, undatedFirst: false };
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

for (
  const [count, likelyOffset, reads] of [[0, 0, 1], [1, 0, 1], [30_000, 0, 13], [
    30_000,
    20_000,
    12,
  ]]
) {
  Deno.test(`any boundary of ${count} records is found in ${reads} reads from ${likelyOffset} on`, async () => {
    const times = upTo(count);
    for (const fromMs of [0, 1, 499, 500, 501, 12_345, 29_999, 30_000, 99_999]) {
      const { reader, counted } = readerOf(times);
      const { offset, page } = await locate(reader, { ...sought, fromMs, likelyOffset });
      assert.equal(offset, Math.min(fromMs, count));
      assert.ok(page.offset <= offset && offset <= page.offset + page.records.length);
      assert.ok(counted.reads <= reads, `${fromMs}: ${counted.reads}`);
    }
  });
}

Deno.test("600 records without a date do not keep it from the boundary", async () => {
  const times = [...upTo(100), ...Array(600).fill(null), ...upTo(900).map((at) => at + 700)];
  for (const fromMs of [50, 99, 700, 701, 1500]) {
    const { reader, counted } = readerOf(times);
    const { offset } = await locate(reader, { ...sought, fromMs });
    assert.equal(times[offset], fromMs);
    assert.ok(counted.reads <= 8, `${counted.reads}`);
  }
});

Deno.test("a listing of nothing but records without a date has its boundary at its end, or its beginning", async () => {
  const times = Array(1200).fill(null);
  const last = await locate(readerOf(times).reader, { ...sought, fromMs: 5 });
  assert.equal(last.offset, 1200);
});

Deno.test("records without a date at the very beginning count as new only for a first fetch", async () => {
  const times = [null, null, 7, 8];
  for (const [undatedFirst, expected] of [[true, 0], [false, 2]] as const) {
    const { reader } = readerOf(times);
    const { offset } = await locate(reader, { ...sought, fromMs: 5, undatedFirst });
    assert.equal(offset, expected);
  }
});

Deno.test("a listing that grows or shrinks under the search does not hold it up", async () => {
  for (const change of ["grow", "shrink"]) {
    const times = upTo(20_000);
    const { reader } = readerOf(times, () => {
      if (change === "grow") times.push(times.length);
      else times.shift();
    });
    const { offset, page } = await locate(reader, { ...sought, fromMs: 15_000 });
    assert.equal(page.records[offset - page.offset].timeMs, 15_000);
  }
});

Deno.test("a listing in no order ends the search, with a failure or a place", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const times = upTo(5000).map((at) => (at * 7919 * seed) % 5003);
    const { reader, counted } = readerOf(times);
    await locate(reader, { ...sought, fromMs: 2500 }).catch((error) =>
      assert.match(error.message, /order of time/)
    );
    assert.ok(counted.reads <= 60 * 11, `${counted.reads}`);
  }
});
