/**
 * What another destination costs: each is its own pipeline, which reads the source itself. Events are
 * counted at the destinations: one that is missing, or there twice, fails the measurement.
 */
import { type Figure, OLD, RECENT, seconds, type Size } from "../figures.ts";
import { openStand, type Stand } from "../open_stand.ts";
import { openProduct, type Product } from "../product.ts";
import type { Beside, StandCounts } from "../stand_options.ts";

/** What is there beside XSIAM. */
const SETS: readonly (readonly Beside[])[] = [[], ["hec"], ["hec", "elasticsearch"]];
const BACKLOG = SETS[2];

const SOME_EVENTS = 5000;
/** Idle runs whose CPU time is averaged; Linux reports it in hundredths of a second. */
const TIMED_RUNS = 50;

export async function destinations({ events }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const beside of SETS) figures.push(...await runs(beside));
  return [...figures, ...await backlog(events)];
}

/** Idle runs, and one with 5,000 events. */
async function runs(beside: readonly Beside[]): Promise<Figure[]> {
  await using stand = await openStand({ beside });
  await using product = await openProduct(stand);
  const count = beside.length + 1;
  await stand.add({ ...OLD, events: 10 });
  await product.fireCron();
  const idle = await costOf(stand, product, async () => {
    for (let run = 0; run < TIMED_RUNS; run++) await product.fireCron();
  });
  await stand.add({ ...RECENT, events: SOME_EVENTS });
  const some = await costOf(stand, product, () => product.fireCron());
  requireAll(await stand.counts(), SOME_EVENTS + 10);
  const name = `${count} destination${count === 1 ? "" : "s"}`;
  return [
    ...figuresOf(`${name}, idle run`, idle, TIMED_RUNS, { asked: count, pushes: 0 }),
    ...figuresOf(`${name}, 5,000 events`, some, 1, { asked: 11 * count, pushes: 5 * count }),
  ];
}

/** A large backlog, in one run of each destination. */
async function backlog(events: number): Promise<Figure[]> {
  await using stand = await openStand({ beside: BACKLOG, keepAnswers: true });
  await using product = await openProduct(stand, {
    settings: { MAX_FETCH: String(events), REQUESTS_PER_RUN: "2000" },
  });
  await stand.add({ ...OLD, events });
  let wallSeconds = 0;
  const cost = await costOf(stand, product, async () => {
    wallSeconds = await seconds(() => product.drain(events));
  });
  requireAll(await stand.counts(), events);
  const runs = product.worker.logs.filter((line) => line.includes('"event":"run_ended"')).length;
  const count = BACKLOG.length + 1;
  const name = `${events.toLocaleString("en")} events to ${count} destinations`;
  return [
    { name: `${name}: runs`, value: runs, unit: "runs", most: count },
    { name: `${name}: wall`, value: wallSeconds, unit: "s" },
    {
      name: `${name}: CPU`,
      value: cost.cpuMs * 1000 / events / count,
      unit: "µs an event and each",
    },
  ];
}

interface Cost {
  readonly asked: number;
  readonly pushes: number;
  readonly cpuMs: number;
}

async function costOf(stand: Stand, product: Product, work: () => Promise<void>): Promise<Cost> {
  const before = { ...await stand.counts(), cpuMs: product.cpuMs() };
  await work();
  const after = { ...await stand.counts(), cpuMs: product.cpuMs() };
  return {
    asked: after.asked - before.asked,
    pushes: after.pushes - before.pushes,
    cpuMs: after.cpuMs - before.cpuMs,
  };
}

function figuresOf(
  name: string,
  { asked, pushes, cpuMs }: Cost,
  times: number,
  most: Pick<Cost, "asked" | "pushes">,
): Figure[] {
  return [
    { name: `${name}: to LivePerson`, value: asked / times, unit: "requests", most: most.asked },
    { name: `${name}: to them`, value: pushes / times, unit: "requests", most: most.pushes },
    { name: `${name}: CPU`, value: cpuMs / times, unit: "ms" },
  ];
}

/** @throws {Error} if a destination lacks an event, or has one twice */
function requireAll({ destinations }: StandCounts, events: number): void {
  for (const [name, received] of Object.entries(destinations)) {
    if (received.events === events && received.distinct === events) continue;
    throw new Error(`${name} has ${JSON.stringify(received)} of ${events} events.`);
  }
}
