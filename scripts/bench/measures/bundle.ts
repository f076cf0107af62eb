/** The deployed bundle: its size, and the CPU time that workerd takes to start it. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildBundle, ROOT } from "../../local/bundle.ts";
import { type Figure, median, type Size } from "../figures.ts";

export async function bundle({ rounds }: Size): Promise<Figure[]> {
  const bytes = await readFile((await buildBundle()).module);
  const starts: number[] = [];
  for (let round = 0; round < rounds; round++) starts.push(await startMs());
  return [
    { name: "bundle", value: bytes.length / 1024, unit: "KB" },
    {
      name: "bundle, gzip",
      value: gzipSync(bytes).length / 1024,
      unit: "KB",
      most: 250,
      beside: "Workers, free plan: 3,000",
    },
    {
      name: "start on workerd: CPU",
      value: median(starts),
      unit: "ms",
      beside: "Workers: 1,000",
    },
  ];
}

/** The part of V8's profile that is used. Times are in microseconds. */
interface Profile {
  readonly nodes: readonly { id: number; callFrame: { functionName: string } }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The CPU time until the module is loaded, in milliseconds, from wrangler's profile. */
async function startMs(): Promise<number> {
  const file = join(ROOT, ".wrangler", `start-${crypto.randomUUID()}.cpuprofile`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:wrangler", "check", "startup", "--outfile", file],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const { nodes, samples, timeDeltas }: Profile = JSON.parse(await readFile(file, "utf8"));
  await rm(file);
  const idle = nodes.find((node) => node.callFrame.functionName === "(idle)")?.id;
  return timeDeltas.reduce((sum, delta, i) => samples[i] === idle ? sum : sum + delta, 0) / 1000;
}
