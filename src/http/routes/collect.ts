/** `/collect`: a run, now. */
import * as v from "valibot";
import { problemOfRun } from "../../collector/collect_all.ts";
import type { Collectors } from "../../collector/fleet.ts";
import { TOKEN } from "../auth/bearer.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { account, named, Problem } from "../routing/schemas.ts";
import { ACCOUNT, collectorOf, several } from "./accounts.ts";
import { CURL } from "./examples.ts";
import { OF_RUNS, PUSHING, READING } from "./problem_codes.ts";
import { AccountProblem, Run } from "./run_report.ts";

const AccountRun = named("AccountRun", v.object({ account, ...Run.entries }));
const accountRuns = v.array(v.union([AccountRun, AccountProblem]));
const Runs = named("Runs", v.object({ accounts: accountRuns }), "The runs of several accounts.");

const FailedRun = named(
  "FailedRun",
  v.object({ ...Problem.entries, runId: v.string(), report: Run }),
  "Why the run failed, and its report.",
);

const FailedRuns = named(
  "FailedRuns",
  v.object({ ...Problem.entries, accounts: accountRuns }),
  "Some of the accounts failed.",
);

export const collect = defineRoute({
  id: "collect",
  method: "POST",
  path: "/collect",
  access: TOKEN,
  summary: "Collect now",
  words:
    "Runs a collection as the cron does, and answers with its report. Without `account`, all " +
    "accounts are collected.",
  arguments: ACCOUNT,
  examples: [`${CURL} -X POST "$URL/collect"`],
  answers: { 200: inJson("The run succeeded, or all did.", Run, Runs) },
  problems: OF_RUNS,
  failures: [
    {
      codes: [
        ...READING,
        ...PUSHING,
        "destination_refuses_everything",
        "cursor_unreadable",
        "cursor_newer",
        "lease_lost",
        "stopping",
        "internal",
      ],
      schema: FailedRun,
    },
    { codes: ["accounts_failed"], schema: FailedRuns },
  ],
  handle: async (asked) => {
    const all = several(asked);
    if (all !== null) return await collectAll(all);
    const report = unwrap(await collectorOf(asked).collect("http"));
    return report.problem === undefined
      ? json(200, report)
      : refuse({ ...report.problem, runId: report.runId, report });
  },
});

async function collectAll(all: Collectors) {
  const outcomes = await all.all("collect", "http");
  const accounts = outcomes.map((outcome, i) =>
    outcome.ok
      ? { account: all.ids[i], ...outcome.value }
      : { account: all.ids[i], problem: outcome.problem }
  );
  const failed = outcomes.filter((outcome) => problemOfRun(outcome) !== undefined).length;
  if (failed === 0) return json(200, { accounts });
  const problem = problemOf("accounts_failed", `${failed} of ${accounts.length} failed.`);
  return refuse({ ...problem, accounts });
}
