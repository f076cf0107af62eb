/** Processes that share a database collect one at a time, and only the holder of the lease can write. */
import assert from "node:assert/strict";
import type { LogLine } from "../../src/collector/platform.ts";
import { Lease, LEASE_MS } from "../../src/deno/lease.ts";
import { CollectorError } from "../../src/errors.ts";
import { denoKvStore } from "../../src/deno/kv_store.ts";
import { FakeClock } from "./fake_clock.ts";
import { openDenoStage } from "./stage.ts";

async function openLeases() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  const stop = { aborted: false };
  const process = (holder: string, name = "account/destination") => {
    const lease = new Lease({ kv, name, holder, clock, log: (line) => lines.push(line), stop });
    return { lease, store: denoKvStore(kv, [name], lease) };
  };
  return { kv, clock, lines, stop, process, [Symbol.dispose]: () => kv.close() };
}

const lost = (error: unknown) => error instanceof CollectorError && error.code === "lease_lost";

Deno.test("work of two processes does not overlap, and each has its turn", async () => {
  using world = await openLeases();
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} begins`);
    // far longer than a lease: it is renewed, for which each step leaves time
    for (let step = 0; step < 20; step++) await world.clock.sleep(LEASE_MS / 4);
    events.push(`${name} ends`);
  };
  await Promise.all(
    ["a", "b", "c"].map((name) => world.process(name).lease.exclusively(work(name))),
  );
  for (let i = 0; i < events.length; i += 2) {
    assert.equal(events[i].replace("begins", "ends"), events[i + 1]);
  }
  assert.equal(events.length, 6);
  assert.deepEqual(world.lines, [], "nobody was taken for dead");
  assert.equal(world.clock.timers, 0, "no timer is left");
});

Deno.test("another account does not wait", async () => {
  using world = await openLeases();
  const other = world.process("b", "other/destination").lease;
  const inner = await world.process("a").lease.exclusively(() =>
    other.exclusively(() => Promise.resolve("done"))
  );
  assert.equal(inner, "done");
});

Deno.test("failed work gives the lease back", async () => {
  using world = await openLeases();
  const failing = world.process("a").lease.exclusively(() => Promise.reject(new Error("no")));
  await assert.rejects(failing, /no/);
  const before = world.clock.nowMs;
  await world.process("b").lease.exclusively(() => Promise.resolve());
  assert.equal(world.clock.nowMs, before, "nobody waited");
});

Deno.test("a holder that died is taken over when its lease has run out, and not before", async () => {
  using world = await openLeases();
  void world.process("dead").lease.exclusively(() => new Promise(() => {}));
  await world.clock.sleep(0);
  world.clock.stall(0);
  const diedAt = world.clock.nowMs;
  world.clock.every = () => () => {}; // from here on, nobody renews
  const { clock } = world;
  clock.pass = (ms) => void (clock.nowMs += ms);
  await world.process("next").lease.exclusively(() => Promise.resolve());
  const waited = clock.nowMs - diedAt;
  assert.ok(waited >= LEASE_MS && waited < LEASE_MS + 2000, `waited ${waited} ms`);
  assert.deepEqual(world.lines.map((line) => line.event), ["lease_taken_over"]);
});

Deno.test("a lease from a clock that was hours ahead runs out all the same", async () => {
  using world = await openLeases();
  const { clock } = world;
  clock.pass = (ms) => void (clock.nowMs += ms);
  void world.process("dead").lease.exclusively(() => new Promise(() => {}));
  await clock.sleep(0);
  clock.nowMs -= 5 * 3_600_000;
  const before = clock.nowMs;
  await world.process("next").lease.exclusively(() => Promise.resolve());
  assert.ok(clock.nowMs - before < LEASE_MS + 2000);
});

Deno.test("who stalled beyond the lease can't overwrite what the successor wrote", async () => {
  using world = await openLeases();
  const [stalled, next] = [world.process("stalled"), world.process("next")];
  await stalled.lease.exclusively(async () => {
    await stalled.store.put("cursor", "1");
    world.clock.stall(LEASE_MS);
    await next.lease.exclusively(() => next.store.put("cursor", "2"));
    await assert.rejects(stalled.store.put("cursor", "old"), lost);
    await assert.rejects(stalled.store.put("cursor", "long and old ".repeat(10_000)), lost);
    await assert.rejects(stalled.store.delete("cursor"), lost);
    assert.equal(await stalled.store.get("cursor"), "2");
  });
  const events = world.lines.map((line) => line.event);
  assert.deepEqual([...new Set(events)], ["lease_taken_over", "lease_lost"]);
  await next.lease.exclusively(() => next.store.put("cursor", "3"));
  assert.equal(await stalled.store.get("cursor"), "3");
});

Deno.test("who waits gives up when told to stop", async () => {
  using world = await openLeases();
  await world.process("a").lease.exclusively(async () => {
    world.stop.aborted = true;
    const waiting = world.process("b").lease.exclusively(() => Promise.resolve());
    await assert.rejects(waiting, (error: CollectorError) => error.code === "stopping");
  });
});

Deno.test("two collectors on one database collect at the same time, and each event comes once", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(60);
  const processes = await Promise.all([stage.open(), stage.open(), stage.open()]);
  const outcomes = await Promise.all(
    processes.map((one) => one.ask(one.pipelines, "collect", "cron")),
  );
  const delivered = outcomes.flat().map((outcome) => {
    assert.ok(outcome.ok, JSON.stringify([outcome, stage.lines]));
    return outcome.value.delivered;
  });
  assert.deepEqual(delivered.sort(), [0, 0, 60], "the later ones found nothing left to do");
  assert.deepEqual(new Set(stage.xsiam.deliveries().values()), new Set([1]));
});
