/** `/backfill`: delivers a past range, and cancels that. */
import * as v from "valibot";
import type { BackfillRange } from "../../collector/runs/backfill.ts";
import { type Named, pipelinesOfOneAccount } from "../../pipelines/choose.ts";
import { PAST_FORMS } from "../../settings/duration.ts";
import { TOKEN } from "../auth/bearer.ts";
import {
  account,
  BY_NAME,
  type Called,
  destination,
  inQueryOrBody,
  past,
  readArguments,
  UTC_RULE,
} from "../routing/arguments.ts";
import { problemOf, unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { named, Problem } from "../routing/schemas.ts";
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

const NoBackfill = named("NoBackfill", v.object({ backfill: v.null() }));

function backfillArguments(nowMs: number, called: Called = BY_NAME) {
  const [fromName, toName] = [called("from"), called("to")];
  const from = past(fromName, `Deliver events since this time: ${PAST_FORMS}. ${UTC_RULE}`, nowMs);
  const to = v.pipe(
    past(toName, "Deliver events before this time, in the same forms. Now, if left out.", nowMs),
    v.maxValue(nowMs, `${toName} must not lie in the future.`),
  );
  return named(
    "BackfillArguments",
    v.pipe(
      v.strictObject(
        { from, to: v.optional(to), account, destination },
        `${fromName} must be ${PAST_FORMS}.`,
      ),
      v.check(({ from, to = nowMs }) => from < to, `${fromName} must be before ${toName}.`),
      v.transform(({ from, to = nowMs, ...rest }) => ({ fromMs: from, toMs: to, ...rest })),
    ),
  );
}

/**
 * The range of a backfill: `from`, and `to`, which is now if left out.
 * @throws {CollectorError} `arguments_invalid`, naming every bad argument
 */
export function readBackfillRange(
  given: Readonly<Record<string, unknown>>,
  nowMs: number,
  called?: Called,
): BackfillRange & Named {
  return readArguments(backfillArguments(nowMs, called), given);
}

export const startBackfill = defineRoute({
  id: "startBackfill",
  method: "POST",
  path: "/backfill",
  access: TOKEN,
  summary: "Deliver a past range",
  words:
    "Starts to deliver a past range; each run continues it after the live collection. Asking " +
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
  words: "What has been delivered stays delivered. If there is no backfill, nothing happens. " +
    "Without `destination`, those to all of the account's destinations are cancelled.",
  arguments: PIPELINE,
  examples: [`${CURL} -X DELETE "$URL/backfill"`],
  answers: { 200: inJson("There is no backfill now.", NoBackfill) },
  problems: OF_RUNS,
  handle: async (asked) => {
    const { ask } = meant(asked, pipelinesOfOneAccount);
    for (const outcome of await ask("cancelBackfill")) unwrap(outcome);
    return json(200, { backfill: null });
  },
});
