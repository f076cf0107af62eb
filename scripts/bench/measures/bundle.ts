/** The bundle that is deployed: its size, and how long workerd takes to start it. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { Miniflare } from "miniflare";
import { buildBundle } from "../../local/bundle.ts";
import { startWorker } from "../../local/worker.ts";
import { type Figure, median, seconds, type Size } from "../figures.ts";

/** A Worker with nothing in it: what is left of its start is workerd's own. */
const EMPTY_WORKER = "export default { fetch: () => new Response() }";

export async function bundle({ rounds }: Size): Promise<Figure[]> {
  const bytes = await readFile((await buildBundle()).module);
  const gzipKb = gzipSync(bytes).length / 1024;
  const [ours, least]: [number[], number[]] = [[], []];
  for (let round = 0; round < 2 * rounds; round++) {
    ours.push(await seconds(startProduct));
    least.push(await seconds(startNothing));
  }
  const ms = (values: number[]) => Math.round(median(values) * 1000);
  return [
    { name: "bundle", value: bytes.length / 1024, unit: "KB" },
    { name: "bundle, gzip", value: gzipKb, unit: "KB", most: 150, beside: "free plan: 3,000" },
    {
      name: "start on workerd to the first answer",
      value: ms(ours),
      unit: "ms",
      beside: `an empty Worker: ${ms(least)}`,
    },
  ];
}

async function startProduct(): Promise<void> {
  await using worker = await startWorker({ settings: {} });
  await (await worker.fetch("/healthz")).text();
}

async function startNothing(): Promise<void> {
  const miniflare = new Miniflare({ modules: true, script: EMPTY_WORKER, host: "127.0.0.1" });
  await (await fetch(await miniflare.ready)).text();
  await miniflare.dispose();
}
