/** Delivering: the order of pushes and commits, what is kept of refused events and when it is tried again. */
import assert from "node:assert/strict";
import { lineOf } from "../../src/engine/batch.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import { Delivery } from "../../src/engine/delivery.ts";
import { ListingState } from "../../src/engine/listing_state.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { DAY_MS, HOUR_MS } from "../../src/engine/time.ts";
import { DeliveryWorld, positionOf } from "./delivery_world.ts";

const MEBIBYTE = 1024 * 1024;

const codeOf = (failure: unknown) => (failure as { code?: string } | undefined)?.code;
const upTo = (count: number) => Array.from({ length: count }, (_, event) => event);

/** The number of steps with a name. */
const count = (world: DeliveryWorld, name: string) =>
  world.steps.filter((step) => step.startsWith(name)).length;

Deno.test("each batch is announced, pushed and committed before the next is pushed", async () => {
  const world = new DeliveryWorld(5, { limits: { maxEvents: 2 } });
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual(world.steps, [
    "due",
    ...["mark 2", "push 0 1", "commit 2"],
    ...["mark 2", "push 2 3", "commit 4"],
    ...["mark 1", "push 4", "commit 5"],
    "due",
  ]);
  assert.deepEqual([progress.delivered, progress.batches, progress.commits], [5, 3, 3]);
});

Deno.test("a batch is sent before an event that it has no room for", async () => {
  const world = new DeliveryWorld(3, {
    limits: { targetBytes: 1000, maxBytes: 1000 },
    bytesOf: (event) => event === 1 ? 900 : 400,
  });
  await world.run();
  assert.deepEqual(world.steps.filter((step) => step.startsWith("push")), [
    "push 0",
    "push 1",
    "push 2",
  ]);
});

Deno.test("with a batch the cursor is committed that lay behind it, however much is gathered meanwhile", async () => {
  const world = new DeliveryWorld(0, { limits: { maxEvents: 2 } });
  const gathered = Promise.withResolvers<void>();
  const { destination, ...ports } = world.ports();
  const slow = {
    ...destination,
    push: async (...pushed: Parameters<typeof destination.push>) => {
      await gathered.promise;
      return await destination.push(...pushed);
    },
  };
  const state = new ListingState(firstCursor(0));
  const progress = startProgress(firstCursor(0), false);
  const delivery = new Delivery({ ...ports, destination: slow }, progress, () => positionOf(state));
  for (const event of upTo(3)) {
    const seen = { timeMs: event, fingerprint: String(event).padStart(32, "0") };
    state.deal(seen);
    delivery.add({
      ...lineOf({
        eventId: String(event),
        occurrence: event === 1 ? 2 : 1,
        timeMs: 0,
        json: "{}",
      }),
      seen,
      late: event > 0,
    });
    if (delivery.isFull) await delivery.send();
  }
  gathered.resolve();
  await delivery.finish(() => false);
  assert.deepEqual(world.steps, ["mark 2", "push 0 1", "commit 2", "mark 1", "push 2", "commit 3"]);
  assert.deepEqual([progress.lateArrivals, progress.twins], [2, 1]);
});

Deno.test("a run without events commits only when there is something else to commit", async () => {
  for (const moved of [false, true]) {
    const world = new DeliveryWorld(0);
    const state = new ListingState(firstCursor(0));
    const progress = startProgress(firstCursor(0), false);
    await new Delivery(world.ports(), progress, () => positionOf(state)).finish(() => moved);
    assert.deepEqual(world.steps, moved ? ["commit 0"] : []);
    assert.equal(progress.stored, moved);
  }
});

Deno.test("a batch that fails half-way commits what is settled, and the next run sends the rest alone", async () => {
  const world = new DeliveryWorld(8, {
    refuses: (event) => event === 5,
    faultAt: (call) => call === 4 ? "fail before" : undefined,
  });
  const { progress, failure } = await world.run();
  assert.equal(codeOf(failure), "upstream_unreachable");
  assert.deepEqual(world.received, [0, 1, 2, 3]);
  assert.deepEqual(world.unread, [4, 5, 6, 7]);
  assert.equal(progress.delivered, 4);
  assert.equal((await world.run()).failure, undefined);
  assert.deepEqual(world.received.toSorted(), [0, 1, 2, 3, 4, 6, 7]);
  assert.deepEqual(world.dead, [5]);
});

Deno.test("a push without an answer leaves in doubt what is not settled, and nothing else", async () => {
  const lost = new DeliveryWorld(8, {
    refuses: (event) => event === 5,
    faultAt: (call) => call === 4 ? "fail after" : undefined,
  });
  assert.equal((await lost.run()).progress.inDoubt, 4);
  const refused = new DeliveryWorld(8, {
    faultAt: (call) => call === 2 ? "fail before" : undefined,
  });
  assert.equal((await refused.run()).progress.inDoubt, 0);
});

Deno.test("nothing is pushed after a commit that failed", async () => {
  const world = new DeliveryWorld(6, {
    limits: { maxEvents: 2 },
    faultAt: (_, name) => name === "commit 2" ? "fail before" : undefined,
  });
  const { failure, progress } = await world.run();
  assert.equal(codeOf(failure), "upstream_unreachable");
  assert.deepEqual(world.received, [0, 1]);
  assert.deepEqual([progress.delivered, progress.inDoubt], [2, 2], "what no commit covers");
});

Deno.test("an event that is too large is a dead letter at once, is never sent and holds nothing up", async () => {
  const world = new DeliveryWorld(3, { bytesOf: (event) => event === 1 ? 5_000_001 : 10 });
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual(world.received, [0, 2]);
  const [letter] = world.box.kept;
  assert.deepEqual([letter.eventId, letter.status, letter.dead], ["1", null, true]);
  assert.equal(
    letter.reason,
    "The record has 5000001 bytes; The model accepts at most 5000000 in one event.",
  );
  assert.equal(progress.deadLettered, 1);
  world.nowMs += 2 * DAY_MS;
  await world.run();
  assert.equal(count(world, "push"), 2);
});

Deno.test("an event that is too large is committed even if it is the only one", async () => {
  const world = new DeliveryWorld(1, { bytesOf: () => 5_000_001 });
  const { progress } = await world.run();
  assert.deepEqual([world.dead, world.unread, progress.commits], [[0], [], 1]);
});

Deno.test("an event of the largest size is sent", async () => {
  const world = new DeliveryWorld(1, { bytesOf: () => 5_000_000 });
  await world.run();
  assert.deepEqual(world.received, [0]);
});

Deno.test("a refused event among others is kept as a dead letter with the commit that moves past it", async () => {
  const world = new DeliveryWorld(4, { refuses: (event) => event === 2 });
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual([world.dead, world.aside], [[2], []]);
  const { status, reason, refusedAlone, revision } = world.box.kept[0];
  assert.deepEqual([status, reason, refusedAlone, revision], [400, "malformed", true, 1]);
  assert.deepEqual(world.steps.slice(-3), ["keep", "commit 4", "due"]);
  assert.deepEqual([progress.deadLettered, progress.refused], [1, 1]);
});

Deno.test("what is refused while nothing is taken is set aside, and the run fails and moves on", async () => {
  const world = new DeliveryWorld(3, { refuses: () => true });
  const { progress, failure } = await world.run();
  assert.equal(codeOf(failure), "destination_refuses_everything");
  assert.match(
    String(failure),
    /The model has accepted nothing in this run. It answered 400: malformed./,
  );
  assert.deepEqual([world.dead, world.aside, world.unread], [[], [0, 1, 2], []]);
  assert.deepEqual([progress.deadLettered, progress.refused], [0, 3]);
});

Deno.test("a run that fails only at what was set aside before does not fail", async () => {
  const world = new DeliveryWorld(3, { refuses: () => true });
  await world.run();
  world.nowMs += HOUR_MS;
  const { failure, pushes } = await world.run();
  assert.equal(failure, undefined);
  assert.ok(pushes > 0);
});

Deno.test("at most 16 MiB are set aside, the rest stays in the source", async () => {
  const world = new DeliveryWorld(20, { refuses: () => true, bytesOf: () => MEBIBYTE });
  const { failure } = await world.run();
  assert.equal(codeOf(failure), "destination_refuses_everything");
  assert.deepEqual(world.aside, upTo(16));
  assert.deepEqual(world.unread, [16, 17, 18, 19]);
  world.nowMs += HOUR_MS - 1;
  await world.run();
  assert.deepEqual(world.unread, [16, 17, 18, 19], "an hour has not passed yet");
});

Deno.test("after an hour 64 MiB may be set aside, and no more", async () => {
  const world = new DeliveryWorld(80, { refuses: () => true, bytesOf: () => MEBIBYTE });
  await world.run();
  world.nowMs += HOUR_MS;
  await world.run();
  assert.deepEqual(world.aside, upTo(64));
  assert.equal(codeOf((await world.run()).failure), "destination_refuses_everything");
  assert.deepEqual(world.aside, upTo(64));
});

Deno.test("a batch larger than 16 MiB is set aside if nothing else is", async () => {
  const world = new DeliveryWorld(2, {
    refuses: () => true,
    bytesOf: () => 17 * MEBIBYTE,
    limits: { maxBytes: 20 * MEBIBYTE, maxEventBytes: 20 * MEBIBYTE },
  });
  await world.run();
  assert.deepEqual([world.aside, world.unread], [[0], [1]]);
});

Deno.test("what a batch delivers is committed though the rest is too much to set aside", async () => {
  const world = new DeliveryWorld(0, {
    refuses: (event) => event !== 16,
    bytesOf: (event) => event < 16 ? MEBIBYTE : MEBIBYTE / 3,
  });
  world.events = 16;
  await world.run();
  world.events = 19;
  const { failure } = await world.run();
  assert.deepEqual(world.received, [16]);
  assert.match(String(failure), /refuses so much that no more can be set aside/);
  assert.deepEqual([world.aside, world.unread], [upTo(16), [17, 18]]);
  assert.equal(world.unsettled.size, 0);
});

Deno.test("while everything is refused, a further batch costs four pushes instead of twelve", async () => {
  const world = new DeliveryWorld(300, { refuses: () => true, limits: { maxEvents: 100 } });
  const { pushes } = await world.run();
  assert.equal(pushes, 12 + 4 + 4);
});

Deno.test("once the destination takes something again, what was set aside follows in order and leaves the box", async () => {
  let isDown = true;
  const world = new DeliveryWorld(7, { refuses: () => isDown, limits: { maxEvents: 3 } });
  await world.run();
  assert.equal(world.aside.length, 7);
  isDown = false;
  world.events = 8;
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual(world.received, [7, ...upTo(7)]);
  assert.deepEqual(world.kept, []);
  assert.equal(progress.redelivered, 7);
});

Deno.test("without anything new, what was set aside is tried again once an hour", async () => {
  let isDown = true;
  const world = new DeliveryWorld(1, { refuses: () => isDown });
  await world.run();
  const before = world.pushes;
  for (let minutes = 5; minutes <= 24 * 60; minutes += 5) {
    world.nowMs += 5 * 60_000;
    await world.run();
  }
  assert.equal(world.pushes - before, 24);
  isDown = false;
  world.nowMs += HOUR_MS;
  await world.run();
  assert.deepEqual([world.received, world.kept], [[0], []]);
});

Deno.test("a retry is announced before it is pushed, and cleared after it is noted", async () => {
  const world = new DeliveryWorld(2, { refuses: (_, __, push) => push <= 3 });
  await world.run();
  world.nowMs += HOUR_MS;
  world.steps.length = 0;
  await world.run();
  assert.deepEqual(world.steps, ["due", "mark 2", "push 0 1", "remove", "mark 0", "due", "due"]);
});

Deno.test("a retry that fails half-way forgets what was taken", async () => {
  let isDown = true;
  const world = new DeliveryWorld(4, { refuses: (event) => isDown || event === 3 });
  await world.run();
  isDown = false;
  world.nowMs += HOUR_MS;
  let pushes = 0;
  world.options = {
    ...world.options,
    faultAt: (_, name) => name === "push" && ++pushes === 3 ? "fail before" : undefined,
  };
  assert.equal(codeOf((await world.run()).failure), "upstream_unreachable");
  assert.deepEqual(world.kept, [2, 3]);
});

Deno.test("an event in doubt is a dead letter once another one is taken and it is refused again", async () => {
  const world = new DeliveryWorld(1, { refuses: (event) => event === 0 });
  await world.run();
  assert.deepEqual([world.dead, world.aside], [[], [0]]);
  world.events = 2;
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual([world.dead, world.aside], [[0], []]);
  assert.equal(progress.deadLettered, 1);
  assert.deepEqual(world.steps.slice(-5), ["mark 1", "push 0", "refused again", "mark 0", "due"]);
});

Deno.test("what is refused after the last acceptance of a run is not tried again in it", async () => {
  const world = new DeliveryWorld(4, {
    refuses: (event) => event > 1,
    limits: { maxEvents: 2 },
  });
  const { failure } = await world.run();
  assert.equal(failure, undefined, "something was taken");
  assert.deepEqual([world.dead, world.aside], [[], [2, 3]]);
  assert.equal(count(world, "due"), 1);
});

Deno.test("a dead letter is tried again after an hour and a day, and then no more", async () => {
  const world = new DeliveryWorld(4, { refuses: (event) => event === 0 });
  await world.run();
  assert.deepEqual(world.dead, [0]);
  const triedAfter = async (waitMs: number, newEvents: number) => {
    const before = world.steps.length;
    world.nowMs += waitMs;
    world.events += newEvents;
    await world.run();
    return world.steps.slice(before).filter((step) => step === "push 0").length;
  };
  assert.equal(await triedAfter(HOUR_MS - 1, 1), 0);
  assert.equal(await triedAfter(1, 0), 1, "after an hour");
  assert.equal(await triedAfter(DAY_MS - 1, 1), 0);
  assert.equal(await triedAfter(1, 1), 1, "after a day");
  assert.equal(await triedAfter(10 * DAY_MS, 1), 0);
  assert.deepEqual(world.dead, [0]);
});

Deno.test("a batch is taken apart with the requests that reading has left", async () => {
  const world = new DeliveryWorld(8, { refuses: (event) => event === 2, requestsPerRun: 12 });
  world.options = { ...world.options, limits: { maxEvents: 1000 } };
  await world.run();
  assert.equal(world.pushes, 1, "reading ends at once");
  const { pushes } = await new DeliveryWorld(1000, {
    refuses: (event) => event === 2,
    requestsPerRun: 13,
    limits: { maxEvents: 1000 },
  }).run(1000);
  assert.ok(pushes <= 13);
});

Deno.test("a retry at the beginning of a run leaves requests to reading; one at its end may use all", async () => {
  let isDown = true;
  const world = new DeliveryWorld(40, { refuses: () => isDown, limits: { maxEvents: 1 } });
  await world.run();
  assert.equal(world.aside.length, 40);
  isDown = false;
  world.events = 41;
  world.options = { ...world.options, requestsPerRun: 20 };
  world.nowMs += HOUR_MS;
  const { pushes } = await world.run();
  assert.equal(world.steps.findLastIndex((step) => step === "push 40") > 0, true);
  assert.equal(pushes, 20);
  assert.deepEqual(world.received.slice(0, 9), [0, 1, 2, 3, 4, 5, 6, 7, 40]);
});

Deno.test("however much is due, what is new is read and delivered", async () => {
  const world = new DeliveryWorld(40, { refuses: () => true, bytesOf: () => 300_000 });
  await world.runEngine();
  world.options = { ...world.options, refuses: (event) => event < 40 && event % 2 === 0 };
  world.options = { ...world.options, requestsPerRun: 45 };
  world.nowMs += HOUR_MS;
  world.events++;
  world.steps.length = 0;
  const { failure } = await world.runEngine();
  assert.equal(failure, undefined);
  const read = world.steps.indexOf("read");
  const before = world.steps.slice(0, read).filter((step) => step.startsWith("push"));
  assert.equal(before.length, 20);
  assert.ok(world.received.includes(40));
});

Deno.test("a retry goes on with the next batch until twelve pushes were in vain", async () => {
  const world = new DeliveryWorld(24, { refuses: () => true, bytesOf: () => 300_000 });
  await world.run();
  assert.equal(world.aside.length, 24);
  world.nowMs += HOUR_MS;
  const { pushes } = await world.run();
  assert.ok(pushes >= 12 && pushes < 24, `${pushes}`);
  world.options = { ...world.options, refuses: (event) => event !== 7 };
  world.nowMs += HOUR_MS;
  await world.run();
  assert.deepEqual(world.received, [7]);
});

Deno.test("events that were refused after the last acceptance in a batch are not tried again in the same run", async () => {
  const world = new DeliveryWorld(4, { refuses: (event) => event > 1 });
  await world.run();
  assert.deepEqual([world.received, world.dead, world.aside], [[0, 1], [], [2, 3]]);
});

Deno.test("an event that was only part of a refused batch is no dead letter when it is refused once more", async () => {
  let isDown = true;
  const world = new DeliveryWorld(100, { refuses: (event) => isDown && event < 100 });
  await world.run();
  const doubted = world.box.kept.filter(({ refusedAlone }) => refusedAlone).length;
  assert.ok(doubted > 0 && doubted < 12);
  world.events = 101;
  await world.run();
  assert.equal(world.dead.length, doubted);
  isDown = false;
  world.events = 102;
  world.nowMs += HOUR_MS;
  await world.run();
  assert.deepEqual(world.kept, [], "and dead letters that were good after all come too");
});

Deno.test("an event that a retry did not get to keeps its turn", async () => {
  const world = new DeliveryWorld(300, { refuses: (event) => event < 300 });
  await world.run();
  const nextTryMs = world.box.kept[0].nextTryMs;
  world.nowMs += HOUR_MS / 2;
  world.events = 301;
  await world.run();
  for (const letter of world.box.kept) {
    assert.equal(letter.nextTryMs > nextTryMs, letter.refusedAlone);
  }
});

Deno.test("what a busy destination has taken is committed before the run waits to send the rest", async () => {
  const world = new DeliveryWorld(6, {
    limits: { maxEvents: 4 },
    stopsAtFirst: true,
    again: (event, push) => push < 4 && event >= push,
  });
  const { progress, failure } = await world.run();
  assert.equal(failure, undefined);
  assert.deepEqual(world.steps, [
    ...["due", "mark 4"],
    ...["push 0 1 2 3", "commit 1", "wait"],
    ...["push 1 2 3", "commit 2", "wait"],
    ...["push 2 3", "commit 3", "wait"],
    ...["push 3", "commit 4"],
    ...["mark 2", "push 4 5", "commit 6", "due"],
  ]);
  assert.deepEqual([progress.delivered, progress.batches, progress.commits], [6, 2, 5]);
});

Deno.test("nothing comes twice when the process dies while it waits for a busy destination", async () => {
  const world = new DeliveryWorld(6, {
    stopsAtFirst: true,
    again: (event, push) => push === 1 && event >= 4,
    faultAt: (_, name) => name === "wait" ? "die before" : undefined,
  });
  await world.run();
  world.options = { ...world.options, faultAt: undefined };
  assert.equal((await world.run()).failure, undefined);
  assert.deepEqual(world.received, upTo(6));
});

Deno.test("a run that can't wait for a busy destination fails, and keeps what was taken", async () => {
  const world = new DeliveryWorld(6, {
    stopsAtFirst: true,
    waits: false,
    again: (event, push) => push === 1 && event >= 4,
  });
  const { failure, progress } = await world.run();
  assert.equal(codeOf(failure), "upstream_failed");
  assert.equal(progress.delivered, 4);
  assert.deepEqual(world.unread, [4, 5]);
  await world.run();
  assert.deepEqual(world.received, upTo(6));
});

Deno.test("what a retry gets through to a busy destination leaves the box before the run waits", async () => {
  const world = new DeliveryWorld(4, { stopsAtFirst: true, refuses: (_, __, push) => push <= 4 });
  await world.run();
  assert.deepEqual(world.aside, upTo(4));
  world.nowMs += HOUR_MS;
  world.steps.length = 0;
  const before = world.pushes;
  world.options = {
    ...world.options,
    again: (event, push) => push === before + 1 && event >= 2,
  };
  assert.equal((await world.run()).progress.redelivered, 4);
  assert.deepEqual(world.steps.slice(0, 7), [
    ...["due", "mark 4", "push 0 1 2 3", "remove", "wait"],
    ...["push 2 3", "remove"],
  ]);
  assert.deepEqual([world.kept, world.received], [[], upTo(4)]);
});

Deno.test("a twin is not overtaken early: it is sent before anything is committed", async () => {
  const world = new DeliveryWorld(0);
  const { destination, ...ports } = world.ports();
  const steps: string[] = [];
  const progress = startProgress(firstCursor(0), false);
  const state = new ListingState(firstCursor(0));
  const twins = [1, 2].map((occurrence) => ({
    ...lineOf({ eventId: `twin-${occurrence}`, occurrence, timeMs: 0, json: "{}" }),
    seen: { timeMs: 0, fingerprint: "f".repeat(32) },
    late: false,
  }));
  const delivery = new Delivery(
    {
      ...ports,
      destination: {
        ...destination,
        push(lines) {
          steps.push(`push ${lines.map(({ eventId }) => eventId).join(" ")}`);
          return Promise.resolve({ refused: [], again: lines.length === 2 ? [0] : [] });
        },
      },
      cursors: {
        ...ports.cursors,
        commit: (_, settled) => Promise.resolve(void steps.push(`commit ${settled.length}`)),
      },
    },
    progress,
    () => positionOf(state),
  );
  for (const twin of twins) delivery.add(twin);
  await delivery.finish(() => false);
  assert.deepEqual(steps, ["push twin-1 twin-2", "push twin-1", "commit 2"]);
});

Deno.test("what a busy destination has taken is not committed again after a commit that failed", async () => {
  const world = new DeliveryWorld(6, {
    stopsAtFirst: true,
    again: (event, push) => push === 1 && event >= 4,
    faultAt: (_, name) => name === "commit 4" ? "fail after" : undefined,
  });
  const { failure, progress } = await world.run();
  assert.match(String(failure), /commit/);
  assert.deepEqual(world.steps.filter((step) => step.startsWith("commit")), ["commit 4"]);
  assert.equal(progress.inDoubt, 4);
});
