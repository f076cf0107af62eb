/**
 * The steps of a connection test: each with a check mark or a cross, how long it took, and what to do.
 * Asks what it is given.
 */
import pMap from "p-map";
import { CONCURRENCY } from "../../src/collector/fleet.ts";
import type { TestedStep } from "../../src/collector/runs/connection_check.ts";
import { kindOf } from "../../src/destinations/catalog.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { Colours } from "./colours.ts";

export interface TestedAccount {
  readonly account: string;
  readonly ok: boolean;
  readonly steps: readonly TestedStep[];
}

const LABELS: Record<TestedStep["step"], string> = {
  configuration: "The settings are valid",
  discovery: "The account's hosts are discovered",
  token: "LivePerson accepts the client id and secret",
  audit: "The audit trail can be read",
  destination: "The destination accepts the settings",
};

/** What is shown before the reason. */
const BECAUSE: Record<TestedStep["outcome"], string> = {
  ok: "",
  failed: "",
  skipped: "Why: ",
  unverified: "Not verified: ",
};

/** With the destination's own name, if the step is about one. */
function labelOf(step: TestedStep["step"], destination: string | undefined): string {
  const name = kindOf(destination)?.label;
  if (name === undefined) return LABELS[step];
  return step === "destination" ? `${name} accepts the settings` : `${LABELS[step]}, for ${name}`;
}

/**
 * Tests each account, a few at a time.
 * @throws {AnsweredProblem} when one can't be tested at all
 */
export async function testEach(
  { testConnection }: {
    testConnection(pipelines: readonly Pipeline[]): Promise<readonly TestedStep[]>;
  },
  pipelines: readonly Pipeline[],
): Promise<readonly TestedAccount[]> {
  return await pMap(Map.groupBy(pipelines, ({ account }) => account), async ([account, some]) => {
    const steps = await testConnection(some);
    return { account, ok: steps.every((step) => step.outcome !== "failed"), steps };
  }, { concurrency: CONCURRENCY });
}

export function stepLines({ account, steps }: TestedAccount, colours: Colours): string[] {
  const lines = [colours.bold(`Account ${account}`)];
  const mark = {
    ok: colours.green("✓"),
    failed: colours.red("✗"),
    skipped: colours.dim("-"),
    unverified: colours.yellow("?"),
  };
  for (const { step, destination, outcome, milliseconds, because, problem } of steps) {
    const time = outcome === "skipped" ? "not tested" : `${milliseconds} ms`;
    lines.push(`  ${mark[outcome]} ${labelOf(step, destination).padEnd(44)} ${colours.dim(time)}`);
    if (problem !== undefined) {
      lines.push(`    ${colours.red(`${problem.title}.`)} ${problem.detail}`);
    }
    if (because !== undefined) lines.push(`    ${BECAUSE[outcome]}${because}`);
    if (problem === undefined) continue;
    if (problem.action !== undefined) lines.push(`    What to do: ${problem.action}`);
  }
  return lines;
}
