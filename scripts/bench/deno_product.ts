/**
 * The product under Deno, in a separate process: collects until nothing is left, with its state in
 * memory. Takes the settings as JSON; prints the CPU time that it used, in milliseconds, without startup.
 */
import process from "node:process";
import { openDenoCollectors } from "../../src/deno/collectors.ts";
import { type RunReport, wantsMore } from "../../src/collector/health/report.ts";

const variables: Record<string, string> = JSON.parse(Deno.args[0]);
const collectors = await openDenoCollectors({ variables, kvPath: undefined, log: () => {} });
const collector = collectors.of(collectors.pipelines[0]);
const before = process.cpuUsage();
for (let more = true; more;) {
  const outcome = await collector.collect("script");
  if (!outcome.ok) throw new Error(outcome.problem.detail);
  const report: RunReport = outcome.value;
  if (report.problem !== undefined) throw new Error(report.problem.detail);
  more = wantsMore(report);
}
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
await collectors.close();
