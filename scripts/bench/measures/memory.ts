/** How much memory the isolate holds during a backlog, whatever the backlog's size. */
import { type Figure, OLD, type Size } from "../figures.ts";
import { openStand } from "../open_stand.ts";
import { openProduct } from "../product.ts";

/** Small backlogs are repeated up to this many events, so that each size is sampled equally often. */
const LEAST_EVENTS = 100_000;

/** Records that somebody has made large: a page of 500 would be 50 MB. */
const LARGE = { events: 2000, valueBytes: 100_000 };

export async function memory({ backlogs }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const events of backlogs) {
    figures.push({
      name: `memory held, backlog of ${events.toLocaleString("en")}`,
      value: await mostBytes(events) / 1e6,
      unit: "MB",
      most: 100,
      beside: "Workers: 128",
    });
  }
  const ratio = figures.at(-1)!.value / figures[0].value;
  figures.push({
    name: "memory held, records of 100 KB",
    value: await mostBytes(LARGE.events, { rounds: 1, valueBytes: LARGE.valueBytes }) / 1e6,
    unit: "MB",
    most: 100,
    beside: "Workers: 128",
  });
  return [...figures, {
    name: "memory held, the largest backlog over the smallest",
    value: ratio,
    unit: "times",
    most: 1.3,
  }];
}

/** The largest of all samples, in bytes. */
async function mostBytes(
  events: number,
  { rounds = Math.ceil(LEAST_EVENTS / events), valueBytes }: {
    readonly rounds?: number;
    readonly valueBytes?: number;
  } = {},
): Promise<number> {
  await using stand = await openStand();
  await using product = await openProduct(stand, { observe: "memory" });
  const roundMs = (OLD.fromAgeMs - OLD.toAgeMs) / rounds;
  let most = 0;
  for (let round = 0; round < rounds; round++) {
    const fromAgeMs = OLD.fromAgeMs - round * roundMs;
    const toAgeMs = fromAgeMs - roundMs;
    await stand.add({ events, fromAgeMs, toAgeMs, ...(valueBytes && { valueBytes }) });
    await product.drain(events, async () => {
      most = Math.max(most, await product.worker.heapBytes());
    });
  }
  return most;
}
