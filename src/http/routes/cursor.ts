/** `/cursor`: starting over. */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import { accountsOf, onePipeline } from "../../pipelines/choose.ts";
import { labelsOf } from "../../pipelines/pipeline.ts";
import { TOKEN } from "../auth/bearer.ts";
import { account, destination, inQuery } from "../routing/arguments.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { named } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { labels } from "./pipelines.ts";
import { OF_RUNS } from "./problem_codes.ts";

const NoCursor = named("NoCursor", v.object({ ...labels, cursor: v.null() }));

const CONFIRM_RULE =
  "To start over, confirm it with the account: DELETE /cursor?confirm=<account>.";

const ARGUMENTS = inQuery(v.object({
  confirm: v.pipe(v.string(), v.description("The account's id, as a confirmation.")),
  account,
  destination,
}, CONFIRM_RULE));

export const forgetCursor = defineRoute({
  id: "forgetCursor",
  method: "DELETE",
  path: "/cursor",
  access: TOKEN,
  summary: "Start over",
  words: "Forgets the cursor: the next run begins at `FIRST_FETCH`, and events since then are " +
    "delivered again, with the same `event_id`. Each destination has its own cursor: name " +
    "one if there are several.",
  arguments: ARGUMENTS,
  examples: [`${CURL} -X DELETE "$URL/cursor?confirm=<account>"`],
  answers: { 200: inJson("The cursor is forgotten.", NoCursor) },
  problems: OF_RUNS,
  handle: async ({ args: { confirm, ...args }, connect }) => {
    const collectors = connect();
    const isOneOfMany = accountsOf(collectors.pipelines).length > 1;
    const account = args.account ?? (isOneOfMany ? confirm : undefined);
    const pipeline = onePipeline(collectors.pipelines, { account, destination: args.destination });
    if (confirm !== pipeline.account) {
      throw new CollectorError("arguments_invalid", { detail: CONFIRM_RULE });
    }
    unwrap(await collectors.of(pipeline).forgetCursor());
    return json(200, { ...labelsOf(pipeline), cursor: null });
  },
});
