/** A collector in this process, in the simulated environment. */
import type { Environment } from "../../scripts/simulators/environment.ts";
import { Collector } from "../../src/collector/collector.ts";
import type { Platform } from "../../src/collector/platform.ts";
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";

export function collectorIn(
  { settings }: Environment,
  host: Platform,
  overrides: Readonly<Record<string, string>> = {},
): Collector {
  const [pipeline] = listPipelines({ ...settings, ...overrides }, "workers");
  return new Collector(readPipeline(pipeline, "workers"), host);
}
