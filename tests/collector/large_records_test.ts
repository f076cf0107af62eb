/** Records with large values: their pages are read in fewer records, and one that can't be read at all is told. */
import assert from "node:assert/strict";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const KIB = 1024;
const MIB = 1024 * KIB;

/** An account that is collected at noon and later. */
async function opened() {
  let nowMs = NOON;
  const environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  const { livePerson, xsiam } = environment;
  const storage = newStorage();
  let seen = 0;
  const collector = () => collectorIn(environment, mortalHost(storage, () => nowMs));
  const delivered = () => xsiam.events.map(({ oldValue }) => String(oldValue)).sort();
  return {
    livePerson,
    xsiam,
    collector,
    delivered,
    /** The pages that were asked for, as how many records each, since this was called last. */
    asked: () => {
      const sizes = livePerson.requests.slice(seen).flatMap(({ first }) => first ?? []);
      seen = livePerson.requests.length;
      return sizes;
    },
    async collect(timeMs = nowMs) {
      nowMs = timeMs;
      for (let run = 0; run < 100; run++) {
        const report = await collector().collect("cron");
        assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
        if (!report.goesOn) return run + 1;
      }
      assert.fail("It does not come to rest");
    },
    [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose](),
  };
}

const small = (n: number) =>
  changeAt(NOON - 2 * HOUR_MS + n * 1000, { oldValue: `small ${String(n).padStart(4, "0")}` });
const large = (n: number, bytes: number): AuditRecord => ({
  ...small(n),
  newValue: "x".repeat(bytes),
});
const named = (records: readonly AuditRecord[]) => records.map(({ oldValue }) => oldValue).sort();

Deno.test("a page that is too large is asked for with fewer records; what is learnt is kept", async () => {
  await using c = await opened();
  const all = Array.from({ length: 600 }, (_, n) => large(n, 100 * KIB));
  c.livePerson.add(all);
  await c.collect();
  assert.deepEqual(c.delivered(), named(all));
  assert.equal(c.xsiam.ids.size, all.length);
  const first = c.asked();
  assert.deepEqual(first.slice(0, 4), [500, 1, 250, 125]);
  assert.ok(first.slice(4).every((size) => size <= 125), first.join());

  const more = Array.from({ length: 100 }, (_, n) => large(1000 + n, 100 * KIB));
  c.livePerson.add(more);
  await c.collect(NOON + MINUTE_MS);
  assert.deepEqual(c.delivered(), named([...all, ...more]));
  assert.ok(c.asked().every((size) => size <= 20), "no page is too large again");
});

Deno.test("a few large records among small ones cost some requests, and no more", async () => {
  await using c = await opened();
  const all = Array.from(
    { length: 900 },
    (_, n) => [300, 301, 302].includes(n) ? large(n, 7 * MIB) : small(n),
  );
  c.livePerson.add(all);
  await c.collect();
  // they are larger than what the destination takes
  const tooLarge = new Set(named(all.slice(300, 303)));
  assert.deepEqual(c.delivered(), named(all).filter((name) => !tooLarge.has(name)));
  assert.equal((await c.collector().status()).deadLetters, 3);
  const pages = c.asked();
  assert.ok(pages.length < 60, pages.join());
  c.livePerson.add(Array.from({ length: 200 }, (_, n) => small(2000 + n)));
  await c.collect(NOON + MINUTE_MS);
  assert.ok(c.asked().some((size) => size === 500), "pages are as large again as before");
});

Deno.test("a record that can't even be read alone is told with what is known of it, and collecting goes on", async () => {
  await using c = await opened();
  const [before, huge, after] = [small(1), large(2, 17 * MIB), small(3)];
  const [hugeAsWell] = [large(4, 18 * MIB)];
  c.livePerson.add([before, huge, after, hugeAsWell, small(5)]);
  await c.collect();
  assert.deepEqual(c.delivered(), named([before, after, small(5)]));
  const { state, health: { gaps }, deadLetters } = await c.collector().status();
  assert.deepEqual([state, deadLetters], ["incomplete", 0]);
  assert.deepEqual(
    gaps.map((
      { why, records, tooLarge },
    ) => [why, records, tooLarge?.timeMs, tooLarge?.atLeastBytes]),
    [huge, hugeAsWell].map((one) => ["unreadable", 1, one.changeTimestampMs, 16 * MIB]),
  );
  for (const { tooLarge } of gaps) assert.match(tooLarge!.sha256, /^[0-9a-f]{64}$/);
  assert.ok(JSON.stringify(gaps).length < 2000, "its content is not kept");

  c.livePerson.add([small(6)]);
  await c.collect(NOON + MINUTE_MS);
  assert.deepEqual(c.delivered(), named([before, after, small(5), small(6)]));
  const again = await c.collector().status();
  assert.deepEqual(again.health.gaps.map(({ tooLarge }) => tooLarge?.timeMs), [
    huge.changeTimestampMs,
    hugeAsWell.changeTimestampMs,
  ]);
});

Deno.test("one that is all there is, is told as well", async () => {
  await using c = await opened();
  c.livePerson.add([large(1, 17 * MIB)]);
  await c.collect();
  const { state, health: { gaps } } = await c.collector().status();
  assert.deepEqual([state, gaps.length, gaps[0]?.records], ["incomplete", 1, 1]);
});

Deno.test("a page of millions of empty values counts as too large, and is asked for with fewer records", async () => {
  await using c = await opened();
  const all = Array.from({ length: 20 }, (_, n) => small(n));
  c.livePerson.add(all);
  c.livePerson.faults.next("audit", { garbage: `[${"{},".repeat(5_000_000)}{}]` });
  await c.collect();
  assert.deepEqual(c.delivered(), named(all));
  const { state, health: { gaps } } = await c.collector().status();
  assert.deepEqual([state, gaps], ["healthy", []]);
});
