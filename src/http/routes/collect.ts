/** `/collect`: a run, now. */
import * as v from "valibot";
import { problemOfRun } from "../../collector/collect_all.ts";
import type { RunReport } from "../../collector/health/report.ts";
import type { Outcome } from "../../collector/service.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { TOKEN } from "../auth/bearer.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { named, Problem } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { OF_RUNS, PUSHING, READING } from "./problem_codes.ts";
import { labels, meant, PIPELINE, PipelineProblem, toList } from "./pipelines.ts";
import { Run } from "./run_report.ts";

const PipelineRun = named("PipelineRun", v.object({ ...labels, ...Run.entries }));
const runs = v.array(v.union([PipelineRun, PipelineProblem]));
const Runs = named(
  "Runs",
  v.object({ accounts: runs }),
  "The runs of several accounts, or destinations.",
);

const FailedRun = named(
  "FailedRun",
  v.object({ ...Problem.entries, runId: v.string(), report: Run }),
  "Why the run failed, and its report.",
);

const FailedRuns = named(
  "FailedRuns",
  v.object({ ...Problem.entries, accounts: runs }),
  "Some of the accounts, or destinations, failed.",
);

export const collect = defineRoute({
  id: "collect",
  method: "POST",
  path: "/collect",
  access: TOKEN,
  summary: "Collect now",
  words:
    "Runs a collection as the cron does, and answers with its report. Without `account`, all " +
    "accounts are collected; without `destination`, for all destinations.",
  arguments: PIPELINE,
  examples: [`${CURL} -X POST "$URL/collect"`],
  answers: { 200: inJson("The run succeeded, or all did.", Run, Runs) },
  problems: OF_RUNS,
  failures: [
    {
      codes: [
        ...READING,
        ...PUSHING,
        "destination_refuses_everything",
        "dead_letters_full",
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
    const { pipelines, only, ask } = meant(asked);
    if (only === null) return toAnswer(pipelines, await ask("collect", "http"));
    const report = unwrap(await only.collect("http"));
    return report.problem === undefined
      ? json(200, report)
      : refuse({ ...report.problem, runId: report.runId, report });
  },
});

function toAnswer(pipelines: readonly Pipeline[], outcomes: readonly Outcome<RunReport>[]) {
  const accounts = toList(pipelines, outcomes);
  const failed = outcomes.filter((outcome) => problemOfRun(outcome) !== undefined).length;
  if (failed === 0) return json(200, { accounts });
  const problem = problemOf("accounts_failed", `${failed} of ${accounts.length} failed.`);
  return refuse({ ...problem, accounts });
}
