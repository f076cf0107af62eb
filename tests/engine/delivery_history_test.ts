/** Property of the delivering half alone: whatever is refused, fails or dies, nothing is lost and nothing comes twice. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { HOUR_MS } from "../../src/engine/time.ts";
import { DeliveryWorld, START_MS } from "./delivery_world.ts";
import { FAULTS } from "./mortal_calls.ts";
import { isOneOfFive } from "./said.ts";

const MINUTE_MS = 60_000;

const history = fc.record({
  bad: fc.array(fc.boolean(), { minLength: 1, maxLength: 120, size: "max" }),
  /** Bad events come in rows. */
  rows: fc.array(fc.tuple(fc.nat(119), fc.integer({ min: 1, max: 60 })), { maxLength: 2 }),
  isBad: fc.constantFrom("seldom", "often", "never"),
  answersEach: fc.boolean(),
  stopsAtFirst: fc.boolean(),
  asksAgain: fc.boolean(),
  waits: fc.boolean(),
  /** Everything is refused from one minute to another. */
  outage: fc.option(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 180 }))),
  maxEvents: fc.integer({ min: 1, max: 40 }),
  eventBytes: fc.constantFrom(10, 40_000, 250_000),
  maxFetch: fc.integer({ min: 1, max: 60 }),
  requestsPerRun: fc.constantFrom(45, 60, Infinity),
  tickMs: fc.constantFrom(0, 500, 20_000),
  runs: fc.array(
    fc.record({ afterMinutes: fc.nat(70), newEvents: fc.nat(20) }),
    { maxLength: 10, size: "max" },
  ),
  faults: fc.array(
    fc.record({
      call: fc.nat(80),
      fault: fc.constantFrom(...FAULTS),
    }),
    { maxLength: 6, size: "max" },
  ),
});

type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** Whether an event is refused by itself. */
function isBadIn({ bad, rows, isBad }: History): (event: number) => boolean {
  return (event) => {
    if (event >= bad.length || isBad === "never") return false;
    if (rows.some(([from, length]) => event >= from && event < from + length)) return true;
    return bad[event] && (isBad === "often" || event % 7 === 0);
  };
}

function open(h: History): DeliveryWorld {
  const isBad = isBadIn(h);
  const [from, length] = h.outage ?? [Infinity, 0];
  const faults = new Map(h.faults.map(({ call, fault }) => [call, fault]));
  return new DeliveryWorld(h.runs.length === 0 ? h.bad.length : 0, {
    limits: { maxEvents: h.maxEvents },
    refuses: (event, nowMs) => {
      const minute = (nowMs - START_MS) / MINUTE_MS;
      return isBad(event) || (minute >= from && minute < from + length);
    },
    again: (event, push) => h.asksAgain && isOneOfFive(event, push),
    answersEach: h.answersEach,
    stopsAtFirst: h.stopsAtFirst,
    waits: h.waits,
    faultAt: (call) => faults.get(call),
    tickMs: h.tickMs,
    requestsPerRun: h.requestsPerRun,
    bytesOf: () => h.eventBytes,
  });
}

/** A run, and what holds after each. */
async function runOnce(world: DeliveryWorld, h: History): Promise<void> {
  const isBad = isBadIn(h);
  const { unread } = world;
  const { progress, failure, pushes } = await world.run(h.maxFetch);
  if (unread.length > 0 && failure === undefined) {
    const { commits, redelivered, deadLettered } = progress;
    const moved = commits + redelivered + deadLettered;
    assert.ok(moved > 0, "a run with something new moves, or says why it does not");
  }
  if (failure === undefined) {
    assert.ok(
      world.unread.length === Math.max(0, unread.length - h.maxFetch) || h.requestsPerRun < 1000,
      "a run that does not fail deals with all it may take",
    );
  }
  // the batch in hand is still pushed, and up to three times more if it is asked for again
  assert.ok(pushes <= h.requestsPerRun + 4, `${pushes} pushes`);
  assert.deepEqual(world.dead.filter((event) => !isBad(event)), [], "no wrong dead letter");
  const aheadOfTime = world.receivedFirst.findIndex((event, i, all) => i > 0 && event < all[i - 1]);
  assert.equal(aheadOfTime, -1, `what is taken at once comes in order: ${world.receivedFirst}`);
}

async function play(h: History): Promise<void> {
  const isBad = isBadIn(h);
  const world = open(h);
  for (const { afterMinutes, newEvents } of h.runs) {
    world.nowMs += afterMinutes * MINUTE_MS;
    world.events += newEvents;
    await runOnce(world, h);
  }
  const [from, length] = h.outage ?? [0, 0];
  world.nowMs = Math.max(world.nowMs, START_MS + (from + length + 1) * MINUTE_MS);
  // good events go on coming
  world.events = Math.max(world.events, h.bad.length);
  for (let runs = 0; runs < 400; runs++) {
    if (world.unread.length === 0) world.events++;
    await runOnce(world, h);
    if (world.unread.length === 0 && world.aside.length === 0) break;
    world.nowMs += HOUR_MS / 2;
  }
  const all = Array.from({ length: world.events }, (_, event) => event);
  assert.deepEqual(world.unread, []);
  assert.deepEqual(
    [...new Set(world.received)].sort((a, b) => a - b),
    all.filter((e) => !isBad(e)),
  );
  assert.deepEqual(world.dead.sort((a, b) => a - b), all.filter(isBad), "refused events are kept");
  assert.deepEqual(world.aside, [], "and nothing is in doubt in the end");
  const times = new Map<number, number>();
  for (const event of world.received) times.set(event, (times.get(event) ?? 0) + 1);
  for (const [event, count] of times) {
    assert.ok(count <= 1 + (world.unsettled.get(event) ?? 0), `${event} came ${count} times`);
  }
}

Deno.test("whatever is refused, fails or dies, every event is delivered once or kept as refused", async () => {
  const seed = Number(Deno.env.get("HISTORY_SEED") ?? Date.now() % 2 ** 31);
  const numRuns = Number(Deno.env.get("DELIVERY_HISTORIES") ?? 400);
  console.log(`delivery history seed ${seed}`);
  await fc.assert(fc.asyncProperty(history, play), { seed, numRuns, endOnFailure: true });
});
