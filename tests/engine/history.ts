/** Histories of events, faults and runs: how they are made up at random, and how one is played against the model. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ORDERS, type TieOrder } from "./tie_orders.ts";
import { check } from "./expectations.ts";
import { assertProgress } from "./law_of_progress.ts";
import { FAULTS } from "./mortal_calls.ts";
import { isOneOfFive } from "./said.ts";
import { World, type WorldRecord } from "./world.ts";

const MINUTE = 60_000;
const MIDNIGHT = Date.parse("2026-03-29T00:00:00Z");
export const START = MIDNIGHT - 40 * MINUTE;
/** The source's smallest cap in the model. */
const SMALLEST_PAGE = 4;

const settings = fc.record({
  pageSize: fc.integer({ min: 4, max: 10 }),
  maxFetch: fc.integer({ min: 1, max: 12 }),
  windowMinutes: fc.integer({ min: 0, max: 20 }),
  maxPagesInFlight: fc.integer({ min: 1, max: 4 }),
});

const seldom = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

export const history = settings.chain((limits) =>
  fc.record({
    limits: fc.constant(limits),
    records: fc.array(
      fc.record({
        minute: fc.oneof(fc.constantFrom(0, 39, 40, 41, 70), fc.integer({ min: -10, max: 90 })),
        content: fc.integer({ min: 0, max: 5 }),
        delayMinutes: fc.integer({ min: 0, max: limits.windowMinutes }),
        filtered: seldom(false, fc.constant(true)),
      }),
      { maxLength: 40, size: "max" }, // arrays are short unless asked for
    ),
    runs: fc.array(
      fc.record({
        afterMinutes: fc.integer({ min: 0, max: 25 }),
        clockOffsetMinutes: fc.integer({ min: -5, max: 5 }),
        wide: seldom(true, fc.boolean()),
      }),
      { maxLength: 8, size: "max" },
    ),
    faults: fc.array(
      fc.record({
        call: fc.integer({ min: 0, max: 60 }),
        fault: fc.constantFrom(...FAULTS),
      }),
      { maxLength: 6, size: "max" },
    ),
    poison: fc.boolean(),
    answersEach: fc.boolean(),
    stopsAtFirst: seldom(false, fc.boolean()),
    isBusy: seldom(false, fc.boolean()),
    tickSeconds: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 7 }),
    order: fc.constantFrom(...Object.keys(ORDERS) as TieOrder[]),
    cap: seldom(Infinity, fc.integer({ min: SMALLEST_PAGE, max: 8 })),
    largestPage: seldom(Infinity, fc.integer({ min: 2, max: 6 })),
    unreadable: seldom<number[]>([], fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 3 })),
    unreadableAs: fc.constantFrom<"failure" | "null">("failure", "null"),
    readableAgain: fc.boolean(),
    renderedAnewAtMinute: seldom(Infinity, fc.integer({ min: 0, max: 120 })),
    tellsTotal: fc.boolean(),
    totalSurplus: seldom(0, fc.constantFrom(1, 30)),
    behind: seldom<number[]>(
      [],
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 9 }),
    ),
    refusesEverythingMinutes: seldom<[number, number] | null>(
      null,
      fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 120 })),
    ),
    readsPerRun: seldom(Infinity, fc.integer({ min: 16, max: 30 })),
    /** In smaller runs a few records that can't be shown may take up all of it, again and again. */
    mostReads: seldom(Infinity, fc.integer({ min: 80, max: 100 })),
    lastOffset: seldom(Infinity, fc.integer({ min: limits.pageSize + 2, max: 30 })),
    lastOffsetAs: fc.constantFrom<"empty" | "failure">("empty", "failure"),
    /** So many records older than the start are deleted at a minute. */
    deleted: seldom<[number, number]>(
      [0, 0],
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 120 })),
    ),
    dayShiftHours: seldom(0, fc.integer({ min: -14, max: 12 })),
  })
);

export type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** Plays a history to its end, and checks what the engine promises: no loss, no repeat, twins are two, only forward. */
export async function play(h: History): Promise<void> {
  // only when something gets through is a refusal the event's fault: so in the end, something does
  const last = [1300, 2000].map((minute) => ({
    minute,
    content: 0,
    delayMinutes: 0,
    filtered: false,
  }));
  // nobody deletes what is new, but what is old stands in the same listing
  const [deleted, deletedAtMinute] = h.deleted;
  const old = Array.from({ length: deleted }, (_, i) => ({ ...last[0], minute: -20 - i }));
  const records = [...h.records, ...last, ...old].map((record, uid): WorldRecord => ({
    uid,
    timeMs: START + record.minute * MINUTE,
    visibleAtMs: START + (record.minute + record.delayMinutes) * MINUTE,
    goneAtMs: record.minute <= -20 ? START + deletedAtMinute * MINUTE : Infinity,
    content: record.content,
    filtered: record.filtered && h.runs.some(({ wide }) => !wide),
  }));
  const world = openWorld(h, records);
  const limits = limitsOf(h);
  for (const { afterMinutes, clockOffsetMinutes, wide } of h.runs) {
    world.nowMs += afterMinutes * MINUTE;
    world.wide = wide;
    await runOnce(world, limits, clockOffsetMinutes * MINUTE);
  }
  world.wide = true;
  world.habits.behindMs = () => 0;
  world.nowMs = Math.max(world.nowMs, START + 1361 * MINUTE);
  await comeToRest(world, limits, h);
  // what a source that was behind showed too late, or what a filter hid, reconciliation finds; and what
  // moved where records were deleted while the place was searched, or as many inserted as deleted
  const isPlain = h.behind.length === 0 && h.runs.every(({ wide }) => wide) &&
    deleted === 0;
  if (isPlain) check(world, records, h, START);
  world.nowMs = Math.max(world.nowMs, START + 2091 * MINUTE);
  await comeToRest(world, limits, h);
  // what is behind the watermark is looked for again
  const { watermarkMs } = world.cursor;
  const { gaps } = world;
  world.gaps = gaps.filter(({ afterMs }) => (afterMs ?? Infinity) >= watermarkMs);
  await reconcile(world, limits);
  check(world, records, h, START, { openFromMs: watermarkMs, gaps });
}

function openWorld(h: History, records: readonly WorldRecord[]): World {
  const faults = new Map(h.faults.map(({ call, fault }) => [call, fault]));
  const refusal = h.refusesEverythingMinutes;
  const [fromMs, toMs] = refusal === null
    ? [Infinity, Infinity]
    : [START + refusal[0] * MINUTE, START + (refusal[0] + refusal[1]) * MINUTE];
  // where any offset may show the record that fails, and none is answered behind the last, a small listing
  // may fail wherever it is asked: nobody can tell that from an outage
  const isOutage = h.order !== "stable" && h.lastOffsetAs === "failure" && h.lastOffset < Infinity;
  return new World(records, {
    startMs: START,
    habits: {
      order: h.order,
      cap: h.cap,
      largestPage: h.largestPage,
      unreadable: new Set(h.unreadable.filter((uid) => uid < h.records.length)),
      unreadableAs: isOutage ? "null" : h.unreadableAs,
      renderedAnewAtMs: START + h.renderedAnewAtMinute * MINUTE,
      tellsTotal: h.tellsTotal,
      totalSurplus: h.totalSurplus,
      behindMs: (read) => h.behind.length === 0 ? 0 : h.behind[read % h.behind.length] * MINUTE,
      lastOffset: h.lastOffset,
      lastOffsetAs: h.lastOffsetAs,
      dayShiftMs: h.dayShiftHours * 60 * MINUTE,
    },
    refuses: (uid, nowMs) =>
      (h.poison && records[uid].content === 5) || (nowMs >= fromMs && nowMs < toMs),
    answersEach: h.answersEach,
    stopsAtFirst: h.stopsAtFirst,
    busy: (uid, push) => h.isBusy && isOneOfFive(uid, push),
    faultAt: (call) => faults.get(call),
    tickMs: (call) => h.tickSeconds[call % h.tickSeconds.length] * 1000,
    readsPerRun: Math.min(h.readsPerRun, h.mostReads),
    mostReads: h.mostReads,
  });
}

export function limitsOf(h: Pick<History, "limits">) {
  return {
    maxFetch: h.limits.maxFetch,
    lateArrivalWindowMs: h.limits.windowMinutes * MINUTE,
    pageSize: h.limits.pageSize,
    smallestPage: SMALLEST_PAGE,
    maxPagesInFlight: h.limits.maxPagesInFlight,
  };
}

type RunLimits = ReturnType<typeof limitsOf>;

/** A run, and the law of progress. */
async function runOnce(world: World, limits: RunLimits, clockOffsetMs = 0) {
  const before = world.cursor;
  const outcome = await world.run(limits, clockOffsetMs);
  assertProgress(world, before, limits, outcome);
  return outcome;
}

async function comeToRest(world: World, limits: RunLimits, h: History): Promise<void> {
  let quiet = 0;
  for (let runs = 0; runs < 400 && quiet < 2; runs++) {
    const { progress, failure, reads } = await runOnce(world, limits);
    const idle = failure === undefined && progress.commits === 0 && progress.redelivered === 0 &&
      !progress.behind;
    quiet = idle ? quiet + 1 : 0;
    if (quiet < 2) world.nowMs += 2 * MINUTE;
    if (quiet === 2 && h.unreadable.length === 0 && h.lastOffset === Infinity) {
      const shown = 1 +
        world.records.filter(({ timeMs }) => timeMs >= (world.cursor.place?.beforeMs ?? 0)).length;
      const saysMore = h.tellsTotal && h.totalSurplus > 0; // then it is asked for that
      if (shown < SMALLEST_PAGE && !saysMore) {
        assert.equal(reads, 1, "an idle run reads one page");
      }
    }
    if (idle && h.readableAgain) world.habits.unreadable = new Set();
  }
  assert.equal(quiet, 2, "the engine comes to rest");
}

/** Everything behind the watermark is read once more, and compared with what was delivered of each instant. */
async function reconcile(world: World, limits: RunLimits): Promise<void> {
  const { watermarkMs: untilMs } = world.cursor;
  for (let runs = 0; runs < 40; runs++) {
    const { progress, failure } = await world.run({ ...limits, untilMs }, 0, { reconcile: true });
    const isComplete = failure === undefined && !progress.more && !progress.behind;
    if (isComplete && progress.delivered === 0) return;
    world.nowMs += 5 * MINUTE;
  }
  assert.fail("reconciliation comes to an end");
}
