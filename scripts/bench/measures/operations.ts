/** The requests and storage operations of a run, its CPU time, and what a year of that costs. */
import { kvOperations, storageRows } from "../../local/observe.ts";
import { costOfYear, FREE_A_DAY, RUNS_A_DAY, type RunUse } from "../cost.ts";
import { type Figure, RECENT, type Size } from "../figures.ts";
import { openStand, type Stand } from "../open_stand.ts";
import { openProduct, type Product } from "../product.ts";

const BETWEEN_RUNS_MS = 5 * 60_000;
/** The events of a run with a few. */
const SOME_EVENTS = 20;
/** Runs whose CPU time is measured; Linux reports it in hundredths of a second. */
const TIMED_RUNS = 100;

export async function operations({ accounts }: Size): Promise<Figure[]> {
  const { idle, some, many } = await countOperations();
  const [idleCpuMs, someCpuMs] = await timeRuns();
  const idleUse = { ...idle, cpuMs: idleCpuMs };
  const someUse = { ...some, cpuMs: someCpuMs };
  return [
    toLivePerson("idle run", idle, { most: 1, reference: 3 }),
    ...storage("idle run", idle, { kvReads: 1, kvWrites: 0, rowsRead: 8, rowsWritten: 1 }),
    ...storage(`${SOME_EVENTS} events`, some, {
      ...{ kvReads: 1, kvWrites: 1, rowsRead: 20, rowsWritten: 6 },
    }),
    toLivePerson("5,000 events", many, { most: 11, reference: 12 }),
    ...storage("5,000 events", many, {
      ...{ kvReads: 1, kvWrites: 1, rowsRead: 40, rowsWritten: 20 },
    }),
    cpu("idle run", idleCpuMs),
    cpu(`${SOME_EVENTS} events`, someCpuMs),
    ...[1, accounts].flatMap((count) => [
      cost(`${count} idle`, idleUse, count),
      cost(`${count}, ${SOME_EVENTS} events in each run`, someUse, count),
    ]),
  ];
}

type Operations = Omit<RunUse, "cpuMs"> & { readonly asked: number };

async function countOperations() {
  await using stand = await openStand();
  await using product = await openProduct(stand, { observe: "operations" });
  await stand.add({ events: 10, fromAgeMs: 3 * RECENT.fromAgeMs, toAgeMs: 2 * RECENT.fromAgeMs });
  await product.fireCron();
  const idle = await countRun(product, stand);
  await stand.add({ ...RECENT, events: 5000 });
  const many = await countRun(product, stand);
  await stand.add({ events: SOME_EVENTS, fromAgeMs: 1000, toAgeMs: 0 });
  return { idle, some: await countRun(product, stand), many };
}

async function countRun(product: Product, stand: Stand): Promise<Operations> {
  const { logs } = product.worker;
  const before = await stand.counts();
  const logged = logs.length;
  await product.fireCron();
  const after = await stand.counts();
  const kv = kvOperations(logs.slice(logged));
  const rows = storageRows(logs.slice(logged));
  const kvWrites = kv.filter((operation) => operation === "put").length;
  const asked = after.asked - before.asked;
  return {
    asked,
    requests: asked + after.pushes - before.pushes,
    kvReads: kv.length - kvWrites,
    kvWrites,
    rowsRead: rows.read,
    rowsWritten: rows.written,
  };
}

/**
 * The CPU time of an idle run and of one with some events, in milliseconds, including all that workerd
 * does.
 */
async function timeRuns(): Promise<[number, number]> {
  await using stand = await openStand();
  await using product = await openProduct(stand, { settings: { FIRST_FETCH: "12 hours" } });
  const time = async (prepare: (run: number) => Promise<unknown>) => {
    let spentMs = 0;
    for (let run = -TIMED_RUNS / 4; run < TIMED_RUNS; run++) {
      await prepare(run);
      const beforeMs = product.cpuMs();
      await product.fireCron();
      if (run >= 0) spentMs += product.cpuMs() - beforeMs; // the first runs warm up
    }
    return spentMs / TIMED_RUNS;
  };
  const idleMs = await time(() => Promise.resolve());
  const someMs = await time((run) => {
    const toAgeMs = (TIMED_RUNS - run) * BETWEEN_RUNS_MS;
    return stand.add({ events: SOME_EVENTS, fromAgeMs: toAgeMs + BETWEEN_RUNS_MS, toAgeMs });
  });
  return [idleMs, someMs];
}

function toLivePerson(
  name: string,
  { asked }: Operations,
  { most, reference }: { most: number; reference: number },
): Figure {
  return {
    name: `${name}: to LivePerson`,
    value: asked,
    unit: "requests",
    most,
    beside: `the reference: ${reference}`,
  };
}

const ROWS: readonly [keyof typeof FREE_A_DAY & keyof Operations, string][] = [
  ["kvReads", "KV reads"],
  ["kvWrites", "KV writes"],
  ["rowsRead", "Durable Object rows read"],
  ["rowsWritten", "Durable Object rows written"],
];

function storage(
  name: string,
  operations: Operations,
  most: Record<typeof ROWS[number][0], number>,
): Figure[] {
  return ROWS.map(([key, what]) => ({
    name: `${name}: ${what}`,
    value: operations[key],
    unit: "operations",
    most: most[key],
    beside: `free plan: ${Math.floor(FREE_A_DAY[key] / RUNS_A_DAY).toLocaleString("en")} a run`,
  }));
}

function cpu(name: string, value: number): Figure {
  return { name: `${name}: CPU`, value, unit: "ms", beside: "free plan: 10" };
}

function cost(name: string, use: RunUse, accounts: number): Figure {
  return { name: `a year, accounts: ${name}`, value: costOfYear(use, accounts), unit: "dollars" };
}
