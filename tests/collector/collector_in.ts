/** A collector in this process, in the simulated environment. */
import type { Environment } from "../../scripts/simulators/environment.ts";
import { Collector } from "../../src/collector/collector.ts";
import type { Host } from "../../src/collector/platform.ts";
import { readSettings } from "../../src/pipelines/settings.ts";

export function collectorIn(
  { settings }: Environment,
  host: Host,
  overrides: Readonly<Record<string, string>> = {},
): Collector {
  return new Collector(readSettings({ ...settings, ...overrides }, "workers"), host);
}
