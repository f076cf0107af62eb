/** Starts the process of the simulated environment, and talks to it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Addition, StandCounts, StandOptions, StandStarted } from "./stand_options.ts";

const SCRIPT = fileURLToPath(new URL("./stand.ts", import.meta.url));

export interface Stand extends AsyncDisposable, StandStarted {
  readonly wire: StandOptions["wire"];
  counts(): Promise<StandCounts>;
  add(addition: Addition): Promise<StandCounts>;
}

export async function openStand(options: Partial<StandOptions> = {}): Promise<Stand> {
  const whole: StandOptions = {
    ...{ accounts: 1, latencyMs: 0, wire: "graphql", keepAnswers: false, beside: [] },
    ...options,
  };
  const stand = spawn(
    Deno.execPath(),
    ["run", "-A", "--no-check", SCRIPT, JSON.stringify(whole)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const ended = once(stand, "exit");
  const lines = createInterface(stand.stdout)[Symbol.asyncIterator]();
  const hear = async () => JSON.parse((await lines.next()).value!);
  const ask = async (what: { readonly add?: Addition }): Promise<StandCounts> => {
    stand.stdin.write(`${JSON.stringify(what)}\n`);
    return await hear();
  };
  const { settings }: StandStarted = await hear();
  return {
    settings,
    wire: whole.wire,
    counts: () => ask({}),
    add: (addition) => ask({ add: addition }),
    async [Symbol.asyncDispose]() {
      stand.stdin.end();
      await ended;
    },
  };
}
