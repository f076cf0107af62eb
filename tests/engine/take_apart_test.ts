/** Taking a refused batch apart: which events are delivered, which are dead letters, and what it costs. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Line, lineOf } from "../../src/engine/batch.ts";
import type { Destination, PushAnswer } from "../../src/engine/ports.ts";
import {
  newOutcome,
  type Outcome,
  takeApart,
  type TakeApartOptions,
} from "../../src/engine/take_apart.ts";
import { answerEach, answerUpToFirst } from "./said.ts";

/** What the destination says to an event in its n-th push, from 1. */
type Says = (event: number, push: number) => "takes" | "refuses" | "again";

interface Manner {
  readonly answersEach?: boolean;
  /** It looks at nothing behind the first event that it does not take. */
  readonly stopsAtFirst?: boolean;
  /** The push, from 1, that fails. */
  readonly failsAt?: number;
}

function destinationThat(says: Says, { answersEach, stopsAtFirst, failsAt }: Manner = {}) {
  const pushes: number[][] = [];
  const probing: boolean[] = [];
  const destination: Destination = {
    id: "model",
    label: "The model",
    limits: { targetBytes: 1, maxBytes: 1, maxEvents: 1, maxEventBytes: 1 },
    push(lines, options): Promise<PushAnswer> {
      const events = lines.map(({ eventId }) => Number(eventId));
      pushes.push(events);
      probing.push(options.probing);
      if (pushes.length === failsAt) return Promise.reject(new Error("the line is cut"));
      const said = events.map((event) => says(event, pushes.length));
      if (stopsAtFirst) return Promise.resolve(answerUpToFirst(said));
      if (!answersEach && said.includes("refuses")) {
        return Promise.resolve({ refusedWhole: { status: 400, reason: "malformed" } });
      }
      return Promise.resolve(answerEach(said));
    },
  };
  return { destination, pushes, probing };
}

const batchOf = (size: number): Line[] =>
  Array.from(
    { length: size },
    (_, event) => lineOf({ eventId: String(event), occurrence: 1, timeMs: 0, json: "{}" }),
  );

/** What became of a batch of so many events at a destination. */
async function tookApart(destination: Destination, size: number): Promise<Outcome<Line>> {
  const outcome = newOutcome<Line>();
  const options = {
    mayPush: () => true,
    random: () => 0,
    waitToSendAgain: () => Promise.resolve(true),
    maxFruitless: 12,
  };
  await takeApart(destination, batchOf(size), options, outcome);
  return outcome;
}

/** Takes a batch of so many events apart, numbered from 0, and tells what became of each. */
async function play(
  size: number,
  says: Says,
  { answersEach, stopsAtFirst, failsAt, ...options }: Manner & Partial<TakeApartOptions<Line>> = {},
) {
  const manner = { answersEach, stopsAtFirst, failsAt };
  const { destination, pushes, probing } = destinationThat(says, manner);
  const outcome = newOutcome<Line>();
  const all = {
    mayPush: () => true,
    random: () => 0.3,
    waitToSendAgain: (times: number) => Promise.resolve(times <= 3),
    maxFruitless: 12,
    ...options,
  };
  let failure: unknown;
  try {
    await takeApart(destination, batchOf(size), all, outcome);
  } catch (error) {
    failure = error;
  }
  const numbers = (lines: readonly Line[]) => lines.map(({ eventId }) => Number(eventId));
  const ofRefused = (wanted: (refusal: { dead: boolean; alone: boolean }) => boolean) =>
    numbers(outcome.refused.filter(wanted).map(({ line }) => line)).sort((a, b) => a - b);
  return {
    pushes,
    probing,
    failure,
    outcome,
    delivered: numbers(outcome.delivered).sort((a, b) => a - b),
    inOrder: numbers(outcome.delivered),
    dead: ofRefused(({ dead }) => dead),
    aside: ofRefused(({ dead }) => !dead),
    asideAlone: ofRefused(({ dead, alone }) => !dead && alone),
  };
}

const refusing = (...events: number[]): Says => (event) =>
  events.includes(event) ? "refuses" : "takes";

const upTo = (size: number) => Array.from({ length: size }, (_, event) => event);
const but = (size: number, ...events: number[]) =>
  upTo(size).filter((event) => !events.includes(event));

/** The stated bound, for so many refused events of so many. */
const mostPushes = (size: number, refused: number) =>
  1 + refused * (2 * Math.ceil(Math.log2(size)) + 4);

Deno.test("a batch that is accepted costs one push, which is no probe", async () => {
  const { pushes, probing, inOrder, outcome } = await play(7, refusing());
  assert.deepEqual(pushes, [upTo(7)]);
  assert.deepEqual(probing, [false]);
  assert.deepEqual(inOrder, upTo(7));
  assert.deepEqual(outcome.refused, []);
});

Deno.test("one refused event, wherever it stands, is the only one that is not delivered", async () => {
  for (const size of [2, 3, 4, 7, 8, 31, 33, 100]) {
    for (let bad = 0; bad < size; bad++) {
      const { dead, delivered, aside, pushes, probing } = await play(size, refusing(bad));
      assert.deepEqual({ dead, delivered, aside }, {
        dead: [bad],
        delivered: but(size, bad),
        aside: [],
      });
      assert.ok(pushes.length <= mostPushes(size, 1), `${bad} of ${size}: ${pushes.length} pushes`);
      assert.deepEqual(probing, pushes.map((_, push) => push > 0));
    }
  }
});

Deno.test("several refused events are found within the stated number of pushes", async () => {
  const histories = fc.integer({ min: 2, max: 300 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      bad: fc.uniqueArray(fc.nat(size - 1), { maxLength: size - 1, size: "max" }),
      chance: fc.double({ min: 0, max: 1, noNaN: true }),
    })
  );
  await fc.assert(fc.asyncProperty(histories, async ({ size, bad, chance }) => {
    const { dead, delivered, aside, pushes } = await play(size, refusing(...bad), {
      maxFruitless: Infinity,
      random: () => chance,
    });
    assert.deepEqual(delivered, but(size, ...bad));
    // those that were refused after the last acceptance are still in doubt
    assert.deepEqual([...dead, ...aside].sort((a, b) => a - b), bad.toSorted((a, b) => a - b));
    assert.ok(pushes.length <= mostPushes(size, bad.length), `${pushes.length} pushes`);
  }));
});

Deno.test("however much is refused, no good event becomes a dead letter and each event is dealt with once", async () => {
  const histories = fc.record({
    refused: fc.array(fc.boolean(), { minLength: 1, maxLength: 200, size: "max" }),
    answersEach: fc.boolean(),
    stopsAtFirst: fc.boolean(),
    chance: fc.double({ min: 0, max: 1, noNaN: true }),
    pushes: fc.integer({ min: 0, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(histories, async ({ refused, chance, pushes: budget, ...manner }) => {
      let left = budget;
      const { dead, delivered, aside, pushes } = await play(
        refused.length,
        (event) => refused[event] ? "refuses" : "takes",
        { ...manner, random: () => chance, mayPush: () => left-- > 0 },
      );
      assert.ok(dead.every((event) => refused[event]));
      assert.ok(delivered.every((event) => !refused[event]));
      const dealt = [...dead, ...delivered, ...aside].sort((a, b) => a - b);
      assert.deepEqual(dealt, upTo(refused.length));
      assert.ok(pushes.length <= 1 + budget);
    }),
  );
});

Deno.test("when everything is refused, the batch is left for later after twelve pushes, and nothing is dead", async () => {
  const { pushes, dead, aside, asideAlone, outcome } = await play(1000, () => "refuses");
  assert.equal(pushes.length, 12);
  assert.deepEqual(dead, []);
  assert.deepEqual(aside, upTo(1000));
  assert.ok(asideAlone.length >= 3);
  assert.ok(outcome.refused.every(({ status, reason }) => status === 400 && reason !== ""));
});

Deno.test("what is left for later stands in the order of the batch", async () => {
  const { outcome } = await play(40, () => "refuses");
  assert.deepEqual(outcome.refused.map(({ line }) => Number(line.eventId)), upTo(40));
});

Deno.test("a single event that is refused is in doubt, not dead", async () => {
  const { pushes, dead, asideAlone } = await play(1, () => "refuses");
  assert.deepEqual({ pushes, dead, asideAlone }, { pushes: [[0]], dead: [], asideAlone: [0] });
});

Deno.test("a good event at the end of a row of refused ones gets through", async () => {
  const { pushes, delivered, aside } = await play(
    300,
    (event) => event < 299 ? "refuses" : "takes",
  );
  assert.deepEqual({ delivered, aside }, { delivered: [299], aside: upTo(299) });
  assert.deepEqual(pushes[3], [299]);
});

Deno.test("an event that was refused alone is dead once another one is taken and it is refused again", async () => {
  const { pushes, dead } = await play(2, refusing(0));
  assert.deepEqual(pushes, [[0, 1], [0], [1], [0]]);
  assert.deepEqual(dead, [0]);
});

Deno.test("the only refused event of a batch is dead though nothing is left to be taken after it", async () => {
  const { pushes, dead } = await play(4, refusing(3));
  assert.deepEqual(pushes, [[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]]);
  assert.deepEqual(dead, [3]);
});

Deno.test("of several refused events those at the end are in doubt: nothing was taken after them", async () => {
  const { dead, asideAlone } = await play(4, refusing(2, 3));
  assert.deepEqual({ dead, asideAlone }, { dead: [], asideAlone: [2, 3] });
});

Deno.test("an event in doubt from before is dead at its next refusal; one that is not is only put in doubt", async () => {
  const { pushes, dead, asideAlone } = await play(2, () => "refuses", {
    isDoubted: ({ eventId }) => eventId === "1",
  });
  assert.deepEqual(pushes, [[0, 1], [1], [0]], "the one in doubt is tried first");
  assert.deepEqual({ dead, asideAlone }, { dead: [1], asideAlone: [0] });
});

Deno.test("the refusal of a batch is no refusal of an event in doubt", async () => {
  const { pushes, dead, asideAlone, aside } = await play(4, () => "refuses", {
    isDoubted: ({ eventId }) => Number(eventId) > 0,
    maxFruitless: 2,
  });
  assert.deepEqual(pushes, [upTo(4), [1]]);
  assert.deepEqual({ dead, asideAlone, aside }, { dead: [1], asideAlone: [], aside: [0, 2, 3] });
});

Deno.test("an outage that begins or ends anywhere in a batch leaves no wrong dead letter", async () => {
  for (const answersEach of [false, true]) {
    for (const bad of [[], [3], [0, 1, 2, 15]]) {
      for (let begin = 1; begin <= 20; begin++) {
        for (let end = begin; end <= 30; end++) {
          const { dead, delivered, aside } = await play(
            16,
            (event, push) =>
              bad.includes(event) || (push >= begin && push < end) ? "refuses" : "takes",
            { answersEach },
          );
          const wrong = dead.filter((event) => !bad.includes(event));
          assert.deepEqual(wrong, [], `an outage from push ${begin} to ${end}`);
          assert.equal(dead.length + delivered.length + aside.length, 16);
        }
      }
    }
  }
});

Deno.test("an event that was refused during an outage is delivered when it is over", async () => {
  const { pushes, delivered } = await play(4, (_, push) => push < 4 ? "refuses" : "takes");
  assert.deepEqual(pushes.slice(0, 4), [[0, 1, 2, 3], [0, 1], [0], [1]]);
  assert.deepEqual(delivered, upTo(4));
  assert.deepEqual(pushes.at(-1), [0], "the one that was refused alone is tried once more");
});

Deno.test("an answer for each event settles the batch in one push", async () => {
  const { pushes, dead, inOrder, outcome } = await play(6, refusing(0, 4), { answersEach: true });
  assert.equal(pushes.length, 1);
  assert.deepEqual(dead, [0, 4]);
  assert.deepEqual(inOrder, [1, 2, 3, 5]);
  assert.deepEqual(outcome.refused[0], {
    line: batchOf(1)[0],
    status: 400,
    reason: "malformed",
    alone: true,
    isDoubted: false,
    dead: true,
  });
});

Deno.test("an answer for each event that refuses all of them puts them in doubt", async () => {
  const { pushes, dead, asideAlone } = await play(6, () => "refuses", { answersEach: true });
  assert.equal(pushes.length, 1);
  assert.deepEqual({ dead, asideAlone }, { dead: [], asideAlone: upTo(6) });
});

Deno.test("what is to be sent again is sent again, and nothing else is", async () => {
  const { pushes, inOrder, outcome } = await play(
    5,
    (event, push) => event % 2 === 1 && push === 1 ? "again" : "takes",
    { answersEach: true },
  );
  assert.deepEqual(pushes, [upTo(5), [1, 3]]);
  assert.deepEqual(inOrder, [0, 2, 4, 1, 3]);
  assert.deepEqual(outcome.refused, []);
});

Deno.test("an answer may refuse some events, ask for others again and take the rest", async () => {
  const { pushes, dead, inOrder } = await play(
    6,
    (event, push) => event === 2 ? "refuses" : event > 3 && push === 1 ? "again" : "takes",
    { answersEach: true },
  );
  assert.deepEqual(pushes, [upTo(6), [4, 5]]);
  assert.deepEqual({ dead, inOrder }, { dead: [2], inOrder: [0, 1, 3, 4, 5] });
});

Deno.test("what is to be sent again may be refused then, as a whole or one by one", async () => {
  for (const answersEach of [true, false]) {
    const { dead, delivered } = await play(
      4,
      (event, push) => push === 1 ? (event > 1 ? "again" : "takes") : refusing(2)(event, push),
      { answersEach },
    );
    assert.deepEqual({ dead, delivered }, { dead: [2], delivered: [0, 1, 3] });
  }
});

Deno.test("a destination that asks for the same events again and again fails the run, and what it took counts", async () => {
  const { pushes, delivered, failure, outcome } = await play(
    3,
    (event) => event > 0 ? "again" : "takes",
    { answersEach: true },
  );
  assert.equal(pushes.length, 4);
  assert.equal((failure as { code: string }).code, "upstream_failed");
  assert.deepEqual(delivered, [0]);
  assert.deepEqual(outcome.refused, []);
});

Deno.test("without requests to spare a batch is still pushed once, and set aside as it is", async () => {
  const { pushes, dead, aside, asideAlone } = await play(8, refusing(3), { mayPush: () => false });
  assert.deepEqual(pushes, [upTo(8)]);
  assert.deepEqual({ dead, aside, asideAlone }, { dead: [], aside: upTo(8), asideAlone: [] });
});

Deno.test("without requests to spare events are still sent again: nobody has refused them", async () => {
  const { pushes, delivered, aside } = await play(
    4,
    (_, push) => push < 3 ? "again" : "takes",
    { answersEach: true, mayPush: () => false },
  );
  assert.equal(pushes.length, 3);
  assert.deepEqual({ delivered, aside }, { delivered: upTo(4), aside: [] });
});

Deno.test("an event whose confirmation there was no request for stays in doubt", async () => {
  let left = 2;
  const { pushes, dead, asideAlone, delivered } = await play(2, refusing(0), {
    mayPush: () => left-- > 0,
  });
  assert.deepEqual(pushes, [[0, 1], [0], [1]]);
  assert.deepEqual({ dead, asideAlone, delivered }, { dead: [], asideAlone: [0], delivered: [1] });
});

Deno.test("when a push fails, what became of the batch before it is known", async () => {
  const { failure, delivered, dead, aside } = await play(8, refusing(7), { failsAt: 3 });
  assert.equal((failure as Error).message, "the line is cut");
  assert.deepEqual({ delivered, dead, aside }, { delivered: [0, 1, 2, 3], dead: [], aside: [] });
});

Deno.test("events in attempts without an answer are counted", async () => {
  const { destination } = destinationThat(refusing());
  const unsure: Destination = {
    ...destination,
    push: async (lines, options) => ({ ...await destination.push(lines, options), unanswered: 2 }),
  };
  const outcome = await tookApart(unsure, 5);
  assert.equal(outcome.unanswered, 5);
});

Deno.test("what was taken otherwise than it was sent is counted, push by push", async () => {
  const { destination } = destinationThat(refusing(3));
  const cutting: Destination = {
    ...destination,
    push: async (lines, options) => ({ altered: 1, ...await destination.push(lines, options) }),
  };
  const outcome = await tookApart(cutting, 4);
  assert.deepEqual([outcome.delivered.length, outcome.altered], [3, 2]);
});

Deno.test("the last event is in doubt when nobody has refused the batch, or not it alone", async () => {
  const askedAgain = await play(
    2,
    (event, push) => push > 1 ? "refuses" : event === 1 ? "again" : "takes",
    { answersEach: true },
  );
  assert.deepEqual([askedAgain.delivered, askedAgain.dead, askedAgain.asideAlone], [[0], [], [1]]);
  let left = 1;
  const cutShort = await play(2, refusing(1), { mayPush: () => left-- > 0 });
  assert.deepEqual(cutShort.pushes, [[0, 1], [0]]);
  assert.deepEqual([cutShort.dead, cutShort.aside, cutShort.asideAlone], [[], [1], []]);
});

Deno.test("an event that is to be sent again when it is tried once more stays in doubt", async () => {
  const said: Says[] = [
    (event) => event === 0 ? "refuses" : "again",
    () => "takes",
    () => "again",
  ];
  const { pushes, delivered, dead, asideAlone } = await play(
    2,
    (event, push) => said[push - 1](event, push),
    { answersEach: true },
  );
  assert.deepEqual(pushes, [[0, 1], [1], [0]]);
  assert.deepEqual([delivered, dead, asideAlone], [[1], [], [0]]);
});

Deno.test("before events are sent again a busy destination is given time: longer each time it takes none", async () => {
  const waits: number[] = [];
  const waitToSendAgain = (times: number) => Promise.resolve(waits.push(times) > 0);
  // it takes the first event at once, the second in the fourth push, and the last in the sixth
  const since = [1, 4, 6];
  const { pushes, inOrder } = await play(
    3,
    (event, push) => push >= since[event] ? "takes" : "again",
    { stopsAtFirst: true, waitToSendAgain },
  );
  assert.deepEqual(pushes, [[0, 1, 2], [1, 2], [1, 2], [1, 2], [2], [2]]);
  assert.deepEqual(waits, [1, 2, 3, 1, 2]);
  assert.deepEqual(inOrder, [0, 1, 2]);
});

Deno.test("what lies behind a refused event is sent again at once, and nothing before it is", async () => {
  const waits: number[] = [];
  const { pushes, dead, inOrder } = await play(8, refusing(2, 5), {
    stopsAtFirst: true,
    waitToSendAgain: (times) => Promise.resolve(waits.push(times) > 0),
  });
  assert.deepEqual(pushes, [upTo(8), [3, 4, 5, 6, 7], [6, 7]]);
  assert.deepEqual({ dead, inOrder, waits }, {
    dead: [2, 5],
    inOrder: [0, 1, 3, 4, 6, 7],
    waits: [],
  });
});

Deno.test("refused events that come first are dead once one behind them is taken and they are refused again", async () => {
  const { pushes, dead, delivered } = await play(5, refusing(0, 1), { stopsAtFirst: true });
  assert.deepEqual(pushes, [upTo(5), [1, 2, 3, 4], [2, 3, 4], [0, 1], [1]]);
  assert.deepEqual({ dead, delivered }, { dead: [0, 1], delivered: [2, 3, 4] });
});

Deno.test("a destination that refuses one event after another is left after twelve pushes, and nothing is dead", async () => {
  const { pushes, dead, aside } = await play(1000, () => "refuses", { stopsAtFirst: true });
  assert.equal(pushes.length, 12);
  assert.deepEqual([pushes[3], dead], [[999], []]);
  assert.deepEqual(aside, upTo(1000));
});

Deno.test("with a verdict on each event a batch takes no more pushes than refused events, and a few", async () => {
  const histories = fc.integer({ min: 2, max: 200 }).chain((size) =>
    fc.record({
      size: fc.constant(size),
      bad: fc.uniqueArray(fc.nat(size - 1), { maxLength: size - 1, size: "max" }),
    })
  );
  await fc.assert(fc.asyncProperty(histories, async ({ size, bad }) => {
    const { dead, delivered, aside, pushes } = await play(size, refusing(...bad), {
      stopsAtFirst: true,
      maxFruitless: Infinity,
    });
    assert.deepEqual(delivered, but(size, ...bad));
    assert.deepEqual([...dead, ...aside].sort((a, b) => a - b), bad.toSorted((a, b) => a - b));
    assert.ok(pushes.length <= 2 + 3 * bad.length, `${pushes.length} pushes for ${bad.length}`);
  }));
});
