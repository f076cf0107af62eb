/** Reading goes on while a batch is under way, and never more than one batch is. */
import assert from "node:assert/strict";
import { type Line, lineOf } from "../../src/engine/batch.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import type { Listed, Page, Ports } from "../../src/engine/ports.ts";
import { type Progress, startProgress } from "../../src/engine/progress.ts";
import { run } from "../../src/engine/run.ts";

const RECORDS: readonly Listed[] = Array.from({ length: 12 }, (_, i) => ({
  timeMs: i,
  fingerprint: String(i).padStart(32, "0"),
}));

/**
 * Runs with pages of five records, of which the last one waits for the next page, and batches of two, or
 * of so many, and tells what happened in which order.
 */
async function play(io: {
  read?: (offset: number) => Promise<void>;
  push?: (events: string) => Promise<void>;
  batch?: number;
  /** Sends when the next event does not fit, and not before. */
  fills?: boolean;
  maxFetch?: number;
  progress?: Progress;
}): Promise<string[]> {
  const steps: string[] = [];
  let accepted = 0;
  const ports: Ports<Listed> = {
    source: {
      scope: "all",
      memory: null,
      throttled: 0,
      isPageFailure: () => false,
      async read({ offset, first }): Promise<Page> {
        await io.read?.(offset);
        return { records: RECORDS.slice(offset, offset + first), readAtMs: 1e9 };
      },
    },
    destination: {
      id: "model",
      label: "The model",
      limits: {
        ...(io.fills
          ? { targetBytes: Infinity, maxBytes: 1.3e6 }
          : { targetBytes: 1e6, maxBytes: 1e7 }),
        maxEvents: Infinity,
        maxEventBytes: 5e6,
      },
      async push(lines) {
        const events = lines.map((line) => parseInt(line.eventId)).join(" ");
        steps.push(`push ${events}`);
        await io.push?.(events);
        steps.push(`pushed ${events}`);
        accepted += lines.length;
        return { refused: [], again: [] };
      },
    },
    cursors: {
      markInFlight: () => Promise.resolve(),
      commit: ({ newestMs }) => {
        assert.equal(newestMs, accepted - 1, "the cursor lies behind what was sent");
        return Promise.resolve(void steps.push(`commit ${accepted}`));
      },
    },
    undelivered: {
      noteTaken: () => {},
      keep: () => Promise.resolve(),
      due: () => Promise.resolve([]),
      remove: () => Promise.resolve(),
      refusedAgain: () => Promise.resolve(),
      setAside: { events: 0, bytes: 0, sinceMs: null },
    },
    toLine: ({ fingerprint }): Line => ({
      ...lineOf({ eventId: fingerprint, occurrence: 1, timeMs: 0, json: "{}" }),
      bytes: 1.2e6 / (io.batch ?? 2),
    }),
    hasBudget: () => true,
    clock: () => 1e9,
    random: () => 0,
    waitToSendAgain: () => Promise.resolve(true),
    yieldToEventLoop: () => Promise.resolve(),
  };
  const limits = {
    maxFetch: io.maxFetch ?? 100,
    lateArrivalWindowMs: 0,
    pageSize: 5,
    smallestPage: 5,
    maxPagesInFlight: 1,
  };
  try {
    await run(ports, limits, io.progress ?? startProgress(firstCursor(0), false));
  } catch (error) {
    steps.push((error as Error).message);
  }
  return steps;
}

Deno.test("a batch is under way until the page after it is asked for", async () => {
  const asked = Promise.withResolvers<void>();
  const steps = await play({
    read: (offset) => {
      if (offset > 0) asked.resolve();
      return Promise.resolve();
    },
    push: (events) => events === "2 3" ? asked.promise : Promise.resolve(),
  });
  assert.equal(steps.filter((step) => step.startsWith("commit")).at(-1), "commit 12");
});

Deno.test("a batch is pushed once the one before it is committed, with the place that belongs to it", async () => {
  const steps = await play({});
  assert.deepEqual(steps.slice(0, 18), [
    ...[0, 2, 4, 6, 8, 10].flatMap((n) => [
      `push ${n} ${n + 1}`,
      `pushed ${n} ${n + 1}`,
      `commit ${n + 2}`,
    ]),
  ]);
});

Deno.test("so it is when a batch is sent because the next event does not fit", async () => {
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve));
  const steps = await play({ fills: true, push: slow });
  assert.deepEqual(
    steps,
    [0, 2, 4, 6, 8, 10].flatMap((n) => [
      `push ${n} ${n + 1}`,
      `pushed ${n} ${n + 1}`,
      `commit ${n + 2}`,
    ]),
  );
});

Deno.test("a run that has taken as much as it may knows whether there is more", async () => {
  for (const [maxFetch, more] of [[3, true], [4, true], [11, true], [12, false]] as const) {
    const progress = startProgress(firstCursor(0), false);
    await play({ maxFetch, progress });
    assert.deepEqual([progress.delivered, progress.more], [maxFetch, more]);
  }
});

Deno.test("a run that fails while it reads waits for the batch under way, and commits it", async () => {
  const failed = Promise.withResolvers<void>();
  const steps = await play({
    read: (offset) => {
      if (offset === 0) return Promise.resolve();
      failed.resolve();
      return Promise.reject(new Error("the source is gone"));
    },
    push: (events) => events === "2 3" ? failed.promise : Promise.resolve(),
  });
  // the last commit holds the place that the run had read up to
  assert.deepEqual(steps.slice(-4), ["pushed 2 3", "commit 4", "commit 4", "the source is gone"]);
});

Deno.test("what was read before a page fails is delivered, so that the next run begins behind it", async () => {
  const steps = await play({
    batch: 3,
    read: (offset) => offset === 0 ? Promise.resolve() : Promise.reject(new Error("a bad page")),
  });
  assert.deepEqual(steps.slice(-4), ["push 3", "pushed 3", "commit 4", "a bad page"]);
});
