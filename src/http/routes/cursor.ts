/** `/cursor`: starting over. */
import * as v from "valibot";
import { chooseAccount } from "../../collector/fleet.ts";
import { CollectorError } from "../../errors.ts";
import { TOKEN } from "../auth/bearer.ts";
import { account as accountArgument, inQuery } from "../routing/arguments.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { account, named } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { OF_RUNS } from "./problem_codes.ts";

const NoCursor = named("NoCursor", v.object({ account, cursor: v.null() }));

const CONFIRM_RULE =
  "To start over, confirm it with the account: DELETE /cursor?confirm=<account>.";

const ARGUMENTS = inQuery(v.object({
  confirm: v.pipe(v.string(), v.description("The account's id, as a confirmation.")),
  account: accountArgument,
}, CONFIRM_RULE));

export const forgetCursor = defineRoute({
  id: "forgetCursor",
  method: "DELETE",
  path: "/cursor",
  access: TOKEN,
  summary: "Start over",
  words: "Forgets the cursor: the next run begins at `FIRST_FETCH`, and events since then are " +
    "delivered again, with the same `event_id`.",
  arguments: ARGUMENTS,
  examples: [`${CURL} -X DELETE "$URL/cursor?confirm=<account>"`],
  answers: { 200: inJson("The cursor is forgotten.", NoCursor) },
  problems: OF_RUNS,
  handle: async ({ args: { confirm, account: named }, connect }) => {
    const collectors = connect();
    const isOneOfMany = collectors.ids.length > 1;
    const account = chooseAccount(collectors.ids, named ?? (isOneOfMany ? confirm : undefined));
    if (confirm !== account) {
      throw new CollectorError("arguments_invalid", { detail: CONFIRM_RULE });
    }
    unwrap(await collectors.of(account).forgetCursor());
    return json(200, { account, cursor: null });
  },
});
