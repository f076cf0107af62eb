/**
 * The steps of a connection test: each with a check mark or a cross, how long it took, and what to do.
 * Pure.
 */
import type { Outcome } from "../../src/collector/service.ts";
import type { TestedStep } from "../../src/collector/runs/connection_check.ts";
import type { Colours } from "./colours.ts";

export interface TestedAccount {
  readonly account: string;
  readonly ok: boolean;
  readonly steps: readonly TestedStep[];
}

const LABELS: Record<TestedStep["step"], string> = {
  configuration: "The settings are valid",
  discovery: "The account's hosts are found",
  token: "LivePerson accepts the client id and secret",
  audit: "The audit trail can be read",
  destination: "The destination accepts the settings",
};

/** Bad settings are a failed first step: nothing else can be tried. */
export function toTested(account: string, outcome: Outcome<readonly TestedStep[]>): TestedAccount {
  const skipped = (["discovery", "token", "audit"] as const)
    .map((step): TestedStep => ({ step, outcome: "skipped", milliseconds: 0 }));
  const steps: readonly TestedStep[] = outcome.ok ? outcome.value : [
    { step: "configuration", outcome: "failed", milliseconds: 0, problem: outcome.problem },
    ...skipped,
  ];
  return { account, ok: steps.every((step) => step.outcome !== "failed"), steps };
}

export function stepLines({ account, steps }: TestedAccount, colours: Colours): string[] {
  const lines = [colours.bold(`Account ${account}`)];
  const mark = {
    ok: colours.green("✓"),
    failed: colours.red("✗"),
    skipped: colours.dim("-"),
    unverified: colours.yellow("?"),
  };
  for (const { step, outcome, milliseconds, problem, because } of steps) {
    const time = outcome === "skipped" ? "not tried" : `${milliseconds} ms`;
    lines.push(`  ${mark[outcome]} ${LABELS[step].padEnd(44)} ${colours.dim(time)}`);
    if (because !== undefined) lines.push(`    Not verified: ${because}`);
    if (problem === undefined) continue;
    lines.push(`    ${colours.red(`${problem.title}.`)} ${problem.detail}`);
    if (problem.action !== undefined) lines.push(`    What to do: ${problem.action}`);
  }
  return lines;
}
