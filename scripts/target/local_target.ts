/** The collectors in this process, as under Deno, with their state in a file or in memory. */
import { unwrap } from "../../src/http/routing/problems.ts";
import type { LogLine } from "../../src/collector/platform.ts";
import { openDenoCollectors } from "../../src/deno/collectors.ts";
import type { Variables } from "../cli/settings_file.ts";
import type { AccountStatus, Target } from "./target.ts";

interface LocalTargetOptions {
  readonly variables: Variables;
  /** Undefined: in memory, and lost at the end. */
  readonly kvPath: string | undefined;
  readonly log: (line: LogLine) => void;
  readonly stop?: Pick<AbortSignal, "aborted">;
}

/** @throws {CollectorError} `configuration_invalid` */
export async function openLocalTarget(options: LocalTargetOptions): Promise<Target> {
  const collectors = await openDenoCollectors(options);
  const { ids } = collectors;
  const of = (id: string) => collectors.of(id);
  const statusOf = async (id: string): Promise<AccountStatus> => {
    const outcome = await of(id).status();
    return outcome.ok ? outcome.value : { account: id, problem: outcome.problem };
  };
  return {
    name: options.kvPath ?? "memory",
    advancesAlone: false,
    ids: () => Promise.resolve(ids),
    async status(id) {
      if (id === undefined && ids.length > 1) return await Promise.all(ids.map(statusOf));
      return [unwrap(await of(id ?? ids[0]).status())];
    },
    collect: async (id) => unwrap(await of(id).collect("script")),
    getEvents: async (id, args) => unwrap(await of(id).getEvents(args)),
    startBackfill: async (id, range) => unwrap(await of(id).startBackfill(range)),
    advanceBackfill: async (id) => unwrap(await of(id).advanceBackfill()),
    cancelBackfill: async (id) => unwrap(await of(id).cancelBackfill()),
    [Symbol.asyncDispose]: () => collectors.close(),
  };
}
