/** `/backfill`: delivers a past range, or cancels that. */
import * as v from "valibot";
import { pipelinesOfOneAccount } from "../../pipelines/choose.ts";
import { TOKEN } from "../auth/bearer.ts";
import { inQueryOrBody } from "../routing/arguments.ts";
import { backfillArguments } from "../routing/backfill_arguments.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { count, named, Problem, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { labels, meant, PIPELINE, PipelineProblem, toList } from "./pipelines.ts";
import { OF_RUNS } from "./problem_codes.ts";
import { Backfill } from "./run_report.ts";

const backfills = v.array(
  v.union([
    named("PipelineBackfill", v.object({ ...labels, ...Backfill.entries })),
    PipelineProblem,
  ]),
);
const Backfills = named(
  "Backfills",
  v.object({ accounts: backfills }),
  "The backfills of several destinations.",
);
const FailedBackfills = named(
  "FailedBackfills",
  v.object({ ...Problem.entries, accounts: backfills }),
  "Some of the destinations failed.",
);

const NoBackfill = named(
  "NoBackfill",
  v.object({
    cancelled: told(count, "How many were cancelled: 0 if none was running."),
    backfill: v.null(),
  }),
);

export const startBackfill = defineRoute({
  id: "startBackfill",
  method: "POST",
  path: "/backfill",
  access: TOKEN,
  summary: "Deliver a past range",
  words: "Starts to deliver a past range; each run continues it after live collection. Asking " +
    "again for the same range, with the two times that `/status` shows, continues a backfill " +
    "that is not complete. The arguments may come in the query or in a JSON body.",
  arguments: inQueryOrBody(backfillArguments),
  examples: [`${CURL} -d '{"from": "90 days ago", "to": "30 days ago"}' "$URL/backfill"`],
  answers: {
    202: inJson("The backfill is accepted; `/status` shows its progress.", Backfill, Backfills),
  },
  problems: [...OF_RUNS, "backfill_running"],
  failures: [{ codes: ["accounts_failed"], schema: FailedBackfills }],
  handle: async (asked) => {
    const { account: _account, destination: _destination, ...range } = asked.args;
    const { pipelines, only, ask } = meant(asked, pipelinesOfOneAccount);
    if (only !== null) return json(202, unwrap(await only.startBackfill(range)));
    const outcomes = await ask("startBackfill", range);
    const accounts = toList(pipelines, outcomes);
    const failed = outcomes.filter(({ ok }) => !ok).length;
    if (failed === 0) return json(202, { accounts });
    return refuse({
      ...problemOf("accounts_failed", `${failed} of ${accounts.length} failed.`),
      accounts,
    });
  },
});

export const cancelBackfill = defineRoute({
  id: "cancelBackfill",
  method: "DELETE",
  path: "/backfill",
  access: TOKEN,
  summary: "Cancel the backfill",
  words:
    "What has been delivered stays delivered. If none is running, nothing happens: one that is " +
    "complete stays in `/status`. Without `destination`, those to all of the account's destinations are cancelled.",
  arguments: PIPELINE,
  examples: [`${CURL} -X DELETE "$URL/backfill"`],
  answers: { 200: inJson("No backfill is running now.", NoBackfill) },
  problems: OF_RUNS,
  handle: async (asked) => {
    const { ask } = meant(asked, pipelinesOfOneAccount);
    const outcomes = (await ask("cancelBackfill")).map((outcome) => unwrap(outcome));
    const cancelled = outcomes.filter((backfill) => backfill !== null).length;
    return json(200, { cancelled, backfill: null });
  },
});
