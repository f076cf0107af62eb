/** The engine before a destination that refuses: what stands in a row, is large, stands alone or comes late. */
import assert from "node:assert/strict";
import { DAY_MS, HOUR_MS } from "../../src/engine/time.ts";
import { DeliveryWorld, FIRST_EVENT_MS, type RunResult } from "./delivery_world.ts";

const MINUTE_MS = 60_000;
const KIBIBYTE = 1024;

const codeOf = (failure: unknown) => (failure as { code?: string } | undefined)?.code;
const from = (first: number, end: number) =>
  Array.from({ length: end - first }, (_, index) => first + index);

/** Runs as the collector would, every five minutes and at once when there is more, until a condition holds. */
async function runUntil(
  world: DeliveryWorld,
  done: () => boolean,
  limits: { maxFetch?: number } = {},
): Promise<RunResult[]> {
  const results: RunResult[] = [];
  while (!done()) {
    assert.ok(results.length < 1000, "it never comes to an end");
    const result = await world.runEngine(limits);
    results.push(result);
    if (result.failure !== undefined || !result.progress.more) world.nowMs += 5 * MINUTE_MS;
  }
  return results;
}

const failed = (results: readonly RunResult[]) =>
  results.filter(({ failure }) => failure !== undefined).length;

/** One good event arrives before each run, until nothing is in doubt any more. */
async function clearDoubts(world: DeliveryWorld): Promise<number> {
  let runs = 0;
  for (; world.aside.length > 0; runs++) {
    assert.ok(runs < 300, "doubts remain");
    world.events++;
    assert.equal((await world.runEngine()).failure, undefined);
    world.nowMs += 5 * MINUTE_MS;
  }
  return runs;
}

Deno.test("six refused events in a row, one event a run: each run gets further, and what follows is delivered", async () => {
  const world = new DeliveryWorld(306, { refuses: (event) => event < 6, requestsPerRun: 45 });
  const results = await runUntil(world, () => world.received.length === 300, { maxFetch: 1 });
  assert.equal(results.length, 306, "a run an event");
  assert.ok(failed(results) <= 6);
  assert.deepEqual(world.received, from(6, 306));
  assert.deepEqual([world.dead.toSorted(), world.aside], [from(0, 6), []]);
});

for (const [kibibytes, mostRuns] of [[900, 1], [1500, 2], [2200, 2], [2900, 2]]) {
  Deno.test(`${kibibytes} KiB of refused events in a row do not hold up what follows`, async () => {
    const bad = Math.ceil(kibibytes * KIBIBYTE / 4000);
    const world = new DeliveryWorld(bad + 3000, {
      refuses: (event) => event < bad,
      bytesOf: (event) => event < bad ? 4000 : 600,
      requestsPerRun: 45,
      tickMs: 20,
    });
    const isGood = (event: number) => event >= bad;
    const results = await runUntil(world, () => world.received.length === 3000);
    assert.ok(results.length <= mostRuns, `${results.length} runs`);
    assert.equal(failed(results), 0);
    assert.ok(world.received.every(isGood));
    assert.deepEqual(world.kept.toSorted((a, b) => a - b), from(0, bad));
    const runs = await clearDoubts(world);
    assert.ok(runs <= bad / 8, `${runs} runs until each of ${bad} was refused twice`);
    assert.deepEqual(world.dead.toSorted((a, b) => a - b), from(0, bad));
    assert.equal(world.received.length, 3000 + runs);
  });
}

for (const megabytes of [2.9, 3.2, 4.9]) {
  for (const before of [0, 2]) {
    Deno.test(`one refused event of ${megabytes} MB, after ${before} good ones, does not hold up what follows`, async () => {
      const world = new DeliveryWorld(before + 1, {
        refuses: (event) => event === before,
        bytesOf: (event) => event === before ? megabytes * 1e6 : 500,
        requestsPerRun: 45,
      });
      const first = await world.runEngine();
      assert.equal(
        codeOf(first.failure),
        before === 0 ? "destination_refuses_everything" : undefined,
      );
      world.events += 500;
      const results = await runUntil(world, () => world.received.length === before + 500);
      assert.equal(failed(results), 0);
      assert.equal(results.length, 1);
      assert.deepEqual(world.dead, [before]);
    });
  }
}

for (const requestsPerRun of [45, 2000]) {
  Deno.test(`a destination that refuses everything from the second batch on for three minutes leaves no dead letter (${requestsPerRun} requests)`, async () => {
    const world = new DeliveryWorld(4000, {
      refuses: (_, nowMs, push) => push > 1 && nowMs < FIRST_EVENT_MS + DAY_MS + 3 * MINUTE_MS,
      bytesOf: () => 850,
      requestsPerRun,
      tickMs: 20,
    });
    const first = await world.runEngine();
    assert.ok(world.aside.length > 0 && world.dead.length === 0);
    assert.ok(first.pushes <= 45);
    world.nowMs += 5 * MINUTE_MS;
    world.events++;
    await runUntil(world, () => world.received.length === 4001);
    assert.equal(world.dead.length, 0);
    assert.deepEqual(world.kept, []);
    assert.deepEqual(world.received.toSorted((a, b) => a - b), from(0, 4001));
  });
}

Deno.test("one refused event on a quiet weekend fails one run, and is tried once an hour", async () => {
  const world = new DeliveryWorld(20, { refuses: (event) => event === 20 });
  await world.runEngine();
  world.events = 21;
  const before = world.pushes;
  const results: RunResult[] = [];
  for (let minutes = 0; minutes < 2 * 24 * 60; minutes += 5) {
    results.push(await world.runEngine());
    world.nowMs += 5 * MINUTE_MS;
  }
  assert.equal(failed(results), 1);
  assert.equal(codeOf(results[0].failure), "destination_refuses_everything");
  assert.equal(world.pushes - before, 48);
  assert.deepEqual([world.dead, world.aside], [[], [20]]);
  world.events = 22;
  await world.runEngine();
  assert.deepEqual([world.dead, world.aside], [[20], []], "the next event settles it");
});

Deno.test("an hour of refusals is put aside in order and follows by itself", async () => {
  let isDown = true;
  const world = new DeliveryWorld(0, { refuses: () => isDown, bytesOf: () => 300_000 });
  for (let runs = 0; runs < 24; runs++) {
    world.events += 2;
    const { failure } = await world.runEngine();
    assert.equal(codeOf(failure), "destination_refuses_everything");
    world.nowMs += 5 * MINUTE_MS;
  }
  assert.deepEqual(world.aside, from(0, 48));
  isDown = false;
  world.nowMs += HOUR_MS;
  assert.equal((await world.runEngine()).failure, undefined);
  assert.deepEqual([world.received, world.kept], [from(0, 48), []]);
});

Deno.test("a late refused event fails one reconciliation at most, and the next one gets past it", async () => {
  const world = new DeliveryWorld(40, { refuses: (event) => event === 40 });
  await world.runEngine();
  world.events = 41;
  const first = await world.runEngine({}, true);
  assert.equal(codeOf(first.failure), "destination_refuses_everything");
  assert.deepEqual(world.aside, [40]);
  for (let runs = 0; runs < 3; runs++) {
    const { failure, progress } = await world.runEngine({}, true);
    assert.equal(failure, undefined);
    assert.equal(progress.more, false);
  }
  assert.equal(world.received.length, 40, "and nothing comes twice");
});

Deno.test("a backfill whose last event is refused comes to its end", async () => {
  const world = new DeliveryWorld(31, { refuses: (event) => event === 30 });
  const limits = { maxFetch: 30, untilMs: FIRST_EVENT_MS + 31_000 };
  assert.equal((await world.runEngine(limits)).progress.more, true);
  assert.equal(codeOf((await world.runEngine(limits)).failure), "destination_refuses_everything");
  const { failure, progress } = await world.runEngine(limits);
  assert.equal(failure, undefined);
  assert.equal(progress.more, false);
  assert.deepEqual([world.received, world.aside], [from(0, 30), [30]]);
});
