/** What is measured, and where it must be. Each measure starts what it needs, and stops it again. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { buildBundle } from "../local/bundle.ts";
import { kvOperations } from "../local/observe.ts";
import { openProduct } from "./product.ts";
import { openStand } from "./open_stand.ts";
import { cpuMs, floor, PAGE, pipeline } from "./pipeline.ts";
import { collectSimply, readPage, signIn } from "./simple_collector.ts";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the value must not exceed, whatever the machine; left out for what depends on it. */
  readonly most?: number;
  /** What it is to be compared with. */
  readonly beside?: string;
}

export interface Size {
  /** Events of a large backlog. */
  readonly events: number;
  /** Backlogs whose memory is compared, events. */
  readonly backlogs: readonly number[];
  readonly accounts: number;
  /** How often what is noisy is repeated; the median counts. */
  readonly rounds: number;
}

export type Measure = (size: Size) => Promise<readonly Figure[]>;

const HOUR_MS = 3_600_000;
const OLD = { fromAgeMs: 50 * 24 * HOUR_MS, toAgeMs: 12 * HOUR_MS };
const RECENT = { fromAgeMs: HOUR_MS, toAgeMs: HOUR_MS / 2 };

async function bundle(): Promise<Figure[]> {
  const bytes = await readFile((await buildBundle()).module);
  const gzipKb = gzipSync(bytes).length / 1024;
  return [
    { name: "bundle", value: bytes.length / 1024, unit: "KB" },
    { name: "bundle, gzip", value: gzipKb, unit: "KB", most: 150 },
  ];
}

async function requests(): Promise<Figure[]> {
  await using stand = await openStand();
  await using product = await openProduct(stand);
  await stand.add({ events: 10, fromAgeMs: 3 * HOUR_MS, toAgeMs: 2 * HOUR_MS });
  await product.drain();
  const oneRun = async () => {
    const before = await stand.counts();
    const operationsBefore = kvOperations(product.worker.logs).length;
    await product.worker.fireCron();
    const after = await stand.counts();
    const operations = kvOperations(product.worker.logs).slice(operationsBefore);
    const puts = operations.filter((operation) => operation === "put").length;
    return { asked: after.asked - before.asked, reads: operations.length - puts, puts };
  };
  const idle = await oneRun();
  await stand.add({ ...RECENT, events: 5000 });
  const busy = await oneRun();
  const unit = "requests";
  const reference = (count: number) => `the reference: ${count}`;
  return [
    { name: "idle run: to LivePerson", value: idle.asked, unit, most: 1, beside: reference(3) },
    { name: "idle run: KV reads", value: idle.reads, unit: "operations", most: 1 },
    { name: "idle run: KV writes", value: idle.puts, unit: "operations", most: 0 },
    {
      name: "5,000 events: to LivePerson",
      value: busy.asked,
      unit,
      most: 11,
      beside: reference(12),
    },
    { name: "5,000 events: KV writes", value: busy.puts, unit: "operations", most: 1 },
  ];
}

async function memory({ backlogs }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const events of backlogs) {
    await using stand = await openStand();
    await using product = await openProduct(stand);
    await stand.add({ ...OLD, events });
    let most = 0;
    await product.drain(async () => {
      most = Math.max(most, await product.worker.heapBytes());
    });
    figures.push({
      name: `memory held, backlog of ${events.toLocaleString("en")}`,
      value: most / 1e6,
      unit: "MB",
      most: 100,
    });
  }
  return figures;
}

async function pipelineCpu({ events, rounds }: Size): Promise<Figure[]> {
  await using stand = await openStand();
  await stand.add({ ...OLD, events });
  const token = await signIn(stand.livePerson);
  const day = new Date(Date.now() - OLD.fromAgeMs).toISOString().slice(0, 10);
  const pages: string[] = [];
  for (let offset = 0; offset < events; offset += PAGE - 1) {
    pages.push(await readPage(stand.livePerson, token, day, offset));
  }
  const figures: Figure[] = [];
  for (const compression of ["gzip", "none"] as const) {
    const [ours, least]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      ours.push(await cpuMs(() => pipeline(pages, compression)));
      least.push(await cpuMs(() => floor(pages, compression)));
    }
    // the first round warms up
    const [us, them] = [median(ours.slice(1)), median(least.slice(1))];
    figures.push(
      { name: `pipeline, ${compression}`, value: us * 1000 / events, unit: "µs of CPU an event" },
      { name: `pipeline, ${compression}, over the floor`, value: us / them, unit: "times" },
    );
  }
  return figures;
}

async function backlogCpu({ events }: Size): Promise<Figure[]> {
  await using stand = await openStand();
  await using product = await openProduct(stand);
  await stand.add({ ...OLD, events });
  const before = product.cpuMs();
  await product.drain();
  const after = product.cpuMs();
  if (before === null || after === null) return [];
  const value = (after - before) * 1000 / events;
  return [{
    name: "whole product on workerd",
    value,
    unit: "µs of CPU an event",
    beside: "the reference: 11 to 12, without ids",
  }];
}

async function latency({ events }: Size): Promise<Figure[]> {
  await using stand = await openStand({ latencyMs: 50 });
  await stand.add({ ...OLD, events });
  const day = new Date(Date.now() - OLD.fromAgeMs).toISOString().slice(0, 10);
  const simply = await seconds(() => collectSimply(stand.livePerson, stand.xsiam, day));
  await using product = await openProduct(stand, { settings: { MAX_FETCH: String(events) } });
  const ours = await seconds(() => product.drain());
  return [
    { name: "50 ms a request: ours", value: ours, unit: "s" },
    { name: "50 ms a request: one page after another", value: simply, unit: "s" },
    { name: "50 ms a request: ours over that", value: ours / simply, unit: "times" },
  ];
}

async function manyAccounts({ accounts }: Size): Promise<Figure[]> {
  await using stand = await openStand({ accounts });
  await using product = await openProduct(stand, { accounts });
  await stand.add({ ...RECENT, events: 2 });
  if (await product.worker.fireCron() !== "ok") throw new Error("The first cron failed.");
  const before = { ...await stand.counts(), cpu: product.cpuMs() };
  const wall = await seconds(async () => void await product.worker.fireCron());
  const after = { ...await stand.counts(), cpu: product.cpuMs() };
  const name = `${accounts} idle accounts, one cron`;
  const asked = after.asked - before.asked;
  return [
    { name: `${name}: requests`, value: asked, unit: "requests", most: accounts },
    { name: `${name}: wall`, value: wall, unit: "s" },
    ...(before.cpu === null || after.cpu === null
      ? []
      : [{ name: `${name}: CPU`, value: after.cpu - before.cpu, unit: "ms" }]),
  ];
}

/** In the order in which they are made. */
export const MEASURES: Readonly<Record<string, Measure>> = {
  "bundle": bundle,
  "requests and operations": requests,
  "memory": memory,
  "pipeline": pipelineCpu,
  "backlog": backlogCpu,
  "latency": latency,
  "accounts": manyAccounts,
};

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}
