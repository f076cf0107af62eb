/** CPU of an event on its way through the whole pipeline, over the floor, on both hosts. */
import { fileURLToPath } from "node:url";
import process from "node:process";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { denoDigest } from "../../../src/deno/digest.ts";
import { cpuMsOf, findWorkerd } from "../cpu.ts";
import { type Figure, median, OLD, type Size } from "../figures.ts";
import { openStand } from "../open_stand.ts";
import { type Compression, eventsOf, floor, Listing, pipeline } from "../pipeline.ts";
import { PAGE, readPage, signIn } from "../simple_collector.ts";

/** More would only raise the share of garbage collection, for the floor as well. */
const EVENTS = 10_000;
/** Repetitions in one round, enough to be measured in hundredths of a second. */
const REPETITIONS = 3;
const WORKER = fileURLToPath(new URL("../pipeline_worker.ts", import.meta.url));

/** Measures, on one host, the CPU time of the pipeline and of the floor, in milliseconds. */
interface Bench extends AsyncDisposable {
  cpuMs(what: "ours" | "floor", compression: Compression): Promise<number>;
}

const GOALS = { gzip: "1.6", none: "2.5" } as const;

export async function pipelineCpu({ rounds }: Size): Promise<Figure[]> {
  const listing = await readListing();
  const figures: Figure[] = [];
  for (const [host, open] of Object.entries({ Deno: benchOnDeno, workerd: benchOnWorkerd })) {
    await using bench = await open(listing);
    for (const compression of ["gzip", "none"] as const) {
      const [ours, least]: [number[], number[]] = [[], []];
      for (let round = -1; round < 5 * rounds; round++) {
        const oursMs = await bench.cpuMs("ours", compression);
        const leastMs = await bench.cpuMs("floor", compression);
        if (round < 0) continue; // it warms up
        ours.push(oursMs);
        least.push(leastMs);
      }
      const name = `pipeline on ${host}, ${compression === "gzip" ? "gzip" : "no gzip"}`;
      const [us, floorUs] = [ours, least].map((values) =>
        median(values) * 1000 / EVENTS / REPETITIONS
      );
      figures.push(
        {
          name,
          value: us,
          unit: "µs of CPU an event",
          beside: `the floor: ${floorUs.toFixed(1)}`,
        },
        {
          name: `${name}, over the floor`,
          value: us / floorUs,
          unit: "times",
          beside: `goal: ${GOALS[compression]}`,
        },
      );
    }
  }
  return figures;
}

async function readListing(): Promise<Listing> {
  await using stand = await openStand();
  await stand.add({ ...OLD, events: EVENTS });
  const token = await signIn(stand);
  const records: string[] = [];
  while (records.length < EVENTS) {
    const { data } = JSON.parse(await readPage(stand, token, records.length));
    records.push(...data.auditData.map((record: unknown) => JSON.stringify(record)));
  }
  return new Listing(records, PAGE);
}

async function benchOnDeno(listing: Listing): Promise<Bench> {
  const batches = await eventsOf(listing, denoDigest);
  return {
    async cpuMs(what, compression) {
      const before = process.cpuUsage();
      for (let time = 0; time < REPETITIONS; time++) {
        if (what === "floor") floor(listing, batches, compression);
        else await pipeline(listing, compression, denoDigest);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function benchOnWorkerd(listing: Listing): Promise<Bench> {
  const { outputFiles } = await build({
    entryPoints: [WORKER],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd"],
    external: ["node:*"],
  });
  const worker = {
    modules: true,
    script: outputFiles[0].text,
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat"],
  };
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({ workers: [worker], host: "127.0.0.1", cf: false }),
  );
  const url = await miniflare.ready;
  const pid = findWorkerd();
  await (await fetch(url, { method: "PUT", body: JSON.stringify(listing) })).text();
  return {
    async cpuMs(what, compression) {
      if (pid === null) return NaN;
      const before = cpuMsOf(pid);
      const query = `compression=${compression}&rounds=${REPETITIONS}`;
      const answer = await fetch(new URL(`/${what}?${query}`, url));
      if (!answer.ok) throw new Error(await answer.text());
      await answer.text();
      return cpuMsOf(pid) - before;
    },
    [Symbol.asyncDispose]: () => miniflare.dispose(),
  };
}
