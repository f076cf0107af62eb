/** Starts the simulators' process, and speaks with it. */
import { fileURLToPath } from "node:url";
import type { Addition, StandCounts, StandOptions } from "./stand_options.ts";
import { TextLineStream } from "./text_lines.ts";

const SCRIPT = fileURLToPath(new URL("./stand.ts", import.meta.url));

export interface Stand extends AsyncDisposable {
  readonly livePerson: string;
  readonly xsiam: string;
  readonly wire: StandOptions["wire"];
  counts(): Promise<StandCounts>;
  add(addition: Addition): Promise<StandCounts>;
}

export async function openStand(options: Partial<StandOptions> = {}): Promise<Stand> {
  const whole: StandOptions = {
    ...{ accounts: 1, latencyMs: 0, compression: "gzip", wire: "graphql", keepAnswers: false },
    ...options,
  };
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      SCRIPT,
      JSON.stringify(whole),
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextLineStream()).getReader();
  const input = process.stdin.getWriter();
  const hear = async () => JSON.parse((await lines.read()).value!);
  const tell = async (words: object): Promise<StandCounts> => {
    await input.write(new TextEncoder().encode(`${JSON.stringify(words)}\n`));
    return await hear();
  };
  const urls: { livePerson: string; xsiam: string } = await hear();
  return {
    ...urls,
    wire: whole.wire,
    counts: () => tell({}),
    add: (addition) => tell({ add: addition }),
    async [Symbol.asyncDispose]() {
      await input.close();
      await process.status;
    },
  };
}
