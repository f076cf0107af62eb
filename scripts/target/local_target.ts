/** The collectors in this process, as under Deno, with their state in a file or in memory. */
import { resolve } from "node:path";
import { unwrap } from "../../src/http/routing/problems.ts";
import type { LogLine } from "../../src/collector/platform.ts";
import { askAny } from "../../src/collector/fleet.ts";
import { testConnection } from "../../src/collector/test_connection.ts";
import { pipelinesOf } from "../../src/pipelines/choose.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import { openDenoCollectors } from "../../src/deno/collectors.ts";
import type { Unopened } from "../../src/deno/storage.ts";
import type { Variables } from "../cli/settings_file.ts";
import type { PipelineStatus, Target } from "./target.ts";

interface LocalTargetOptions {
  readonly variables: Variables;
  /** Undefined: in memory, and lost at the end. */
  readonly kvPath: string | undefined;
  /** The error when the database can't be opened; by default, that DENO_KV_PATH is not valid. */
  readonly unopened?: Unopened;
  readonly log: (line: LogLine) => void;
  /** Once aborted, runs end after the current batch, and soon what still has no answer is broken off. */
  readonly stop?: AbortSignal;
}

/** @throws {CollectorError} `configuration_invalid`, or what `unopened` returns */
export async function openLocalTarget(options: LocalTargetOptions): Promise<Target> {
  const collectors = await openDenoCollectors(options);
  const { pipelines, of } = collectors;
  const statusOf = async (pipeline: Pipeline): Promise<PipelineStatus> => {
    const outcome = await of(pipeline).status();
    if (outcome.ok) return outcome.value;
    const { account, accountName = null, destination } = pipeline;
    const { kind = null, identity = null } = destination ?? {};
    return { account, accountName, destination: identity, kind, problem: outcome.problem };
  };
  return {
    name: options.kvPath === undefined ? "memory" : resolve(options.kvPath),
    advancesAlone: false,
    pipelines: () => Promise.resolve(pipelines),
    async status(named) {
      const chosen = pipelinesOf(pipelines, named);
      if (chosen.length > 1) return await Promise.all(chosen.map(statusOf));
      return [unwrap(await of(chosen[0]).status())];
    },
    testConnection: async (some) => unwrap(await testConnection(collectors, some)),
    collect: async (pipeline) => unwrap(await of(pipeline).collect("script")),
    getEvents: async (some, args) => unwrap(await askAny(collectors, some, "getEvents", args)),
    startBackfill: async (pipeline, range) => unwrap(await of(pipeline).startBackfill(range)),
    advanceBackfill: async (pipeline) => unwrap(await of(pipeline).advanceBackfill()),
    cancelBackfill: async (pipeline) => unwrap(await of(pipeline).cancelBackfill()) !== null,
    deadLetters: async (pipeline, limit, query) =>
      unwrap(await of(pipeline).deadLetters(limit, query)),
    redeliver: async (pipeline, limit, choice) =>
      unwrap(await of(pipeline).redeliver(limit, choice)),
    discardLetters: async (pipeline, choice) => unwrap(await of(pipeline).discardLetters(choice)),
    forgetCursor: async (pipeline) => unwrap(await of(pipeline).forgetCursor()),
    exportState: async (pipeline, after) => unwrap(await of(pipeline).exportState(after)),
    importState: async (pipeline, page) => unwrap(await of(pipeline).importState(page)),
    checkState: async (pipeline, page) => unwrap(await of(pipeline).importState(page, true)),
    [Symbol.asyncDispose]: () => collectors.close(),
  };
}
