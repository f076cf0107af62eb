/** Histories of events, faults and runs: how they are made up at random, and how one is played against the model. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Reading } from "../../src/engine/listing_state.ts";
import { type Fault, World, type WorldRecord } from "./world.ts";

const MINUTE = 60_000;
const MIDNIGHT = Date.parse("2026-03-29T00:00:00Z");
const START = MIDNIGHT - 40 * MINUTE;

const settings = fc.record({
  pageSize: fc.integer({ min: 2, max: 7 }),
  maxFetch: fc.integer({ min: 1, max: 12 }),
  windowMinutes: fc.integer({ min: 0, max: 20 }),
  maxPagesInFlight: fc.integer({ min: 1, max: 4 }),
});

export const history = settings.chain((limits) =>
  fc.record({
    limits: fc.constant(limits),
    records: fc.array(
      fc.record({
        minute: fc.oneof(fc.constantFrom(0, 39, 40, 41, 70), fc.integer({ min: -10, max: 90 })),
        content: fc.integer({ min: 0, max: 5 }),
        delayMinutes: fc.integer({ min: 0, max: limits.windowMinutes }),
      }),
      { maxLength: 40, size: "max" }, // arrays are short unless asked for
    ),
    runs: fc.array(
      fc.record({
        afterMinutes: fc.integer({ min: 0, max: 25 }),
        clockOffsetMinutes: fc.integer({ min: -5, max: 5 }),
      }),
      { maxLength: 8, size: "max" },
    ),
    faults: fc.array(
      fc.record({
        call: fc.integer({ min: 0, max: 60 }),
        fault: fc.constantFrom<Fault>("fail before", "fail after", "die before", "die after"),
      }),
      { maxLength: 6, size: "max" },
    ),
    poison: fc.boolean(),
    tickSeconds: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 7 }),
  })
);

export type History = typeof history extends fc.Arbitrary<infer H> ? H : never;

/** Plays a history to its end, and checks what the engine promises: no loss, no repeat, twins are two, only forward. */
export async function play(h: History): Promise<void> {
  // only when something gets through is a refusal the event's fault: so in the end, something does
  const last = { minute: 210, content: 0, delayMinutes: 0 };
  const records = [...h.records, last].map(({ minute, content, delayMinutes }): WorldRecord => ({
    timeMs: START + minute * MINUTE,
    visibleAtMs: START + (minute + delayMinutes) * MINUTE,
    tieOrder: (content * 7) % 5,
    fingerprint: `${String(minute + 100).padStart(16, "0")}${String(content).padStart(16, "0")}`,
  }));
  const faults = new Map(h.faults.map(({ call, fault }) => [call, fault]));
  const world = new World(
    records,
    START,
    START,
    (eventId) => h.poison && eventId.includes("5-"),
    (call) => faults.get(call),
    (call) => h.tickSeconds[call % h.tickSeconds.length] * 1000,
  );
  const limits = {
    maxFetch: h.limits.maxFetch,
    lateArrivalWindowMs: h.limits.windowMinutes * MINUTE,
    pageSize: h.limits.pageSize,
    maxPagesInFlight: h.limits.maxPagesInFlight,
  };
  for (const { afterMinutes, clockOffsetMinutes } of h.runs) {
    world.nowMs += afterMinutes * MINUTE;
    await world.run(limits, clockOffsetMinutes * MINUTE);
  }
  world.nowMs = Math.max(world.nowMs, START + 211 * MINUTE);
  let quiet = 0;
  for (let i = 0; i < 500 && quiet < 2; i++) {
    const verify = new Reading(world.cursor).place?.verify ?? 0;
    const { progress, failure } = await world.run(limits);
    quiet = failure === undefined && progress.commits === 0 ? quiet + 1 : 0;
    if (quiet > 0 && verify < limits.pageSize) {
      assert.equal(progress.pages, 1, "an idle run reads one page, but where twins fill it");
    }
  }
  assert.equal(quiet, 2, "the engine comes to rest");
  const dealtWith = new Set([...world.received, ...world.letters.keys()]);
  assert.deepEqual([...dealtWith].sort(), world.expected(START), "delivered or kept");
  assert.ok([...world.letters.keys()].every(world.poison), "only poison is given up");
  for (const id of new Set(world.received)) {
    const times = world.received.filter((received) => received === id).length;
    assert.ok(times <= 1 + (world.unsettled.get(id) ?? 0), `${id} was delivered ${times} times`);
  }
}
