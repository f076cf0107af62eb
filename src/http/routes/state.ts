/** `/state`: what a pipeline has stored, to move it to another platform. */
import * as v from "valibot";
import { TOKEN } from "../auth/bearer.ts";
import { account, destination, inQuery, inQueryOrBody } from "../routing/arguments.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { count, named, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { collectorOf } from "./pipelines.ts";
import { ASKED, OF_RUNS } from "./problem_codes.ts";

/** A page of an export has 4 MiB, or one row that is larger; as JSON it is larger still. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const StateRow = named(
  "StateRow",
  v.object({ key: v.string(), value: v.string() }),
  "A stored row: docs/guarantee.md lists them.",
);

const StatePage = named(
  "StatePage",
  v.object({
    rows: v.array(StateRow),
    after: told(v.nullable(v.string()), "The last key of the previous page; null on the first."),
    seal: told(v.string(), "Shows an import that the page is as it was exported."),
    next: told(v.nullable(v.string()), "Give it as `after` for the next page; null on the last."),
  }),
);

const ImportArguments = named(
  "ImportArguments",
  v.strictObject({
    rows: v.pipe(
      v.array(StateRow, "rows must be rows of an export."),
      v.description("Rows of an export."),
    ),
    after: v.pipe(
      v.nullable(v.string("after must be a key, or null.")),
      v.description(
        "The last key of the previous page. Null on the first page, which replaces what is stored.",
      ),
    ),
    seal: v.pipe(
      v.string("seal must be that of the exported page."),
      v.description("The page's `seal`."),
    ),
    check: v.optional(
      v.pipe(
        v.picklist(["true", "false"], "check must be true or false."),
        v.description("Only check that the page could be imported, and write nothing."),
      ),
      "false",
    ),
    account,
    destination,
  }),
);

const Imported = named(
  "ImportedState",
  v.object({ imported: told(count, "Rows; none if they were only checked.") }),
);

export const exportState = defineRoute({
  id: "exportState",
  method: "GET",
  path: "/state",
  access: TOKEN,
  summary: "Export what is stored",
  words:
    "The cursor, the dead letters, the backfill, the ledger and the health of a pipeline, so " +
    "that another platform can continue without a repeat. Access tokens are left out. `FETCH_EVENTS` must be " +
    "false, or events collected meanwhile would be delivered twice.",
  arguments: inQuery(v.object({
    after: v.optional(v.pipe(v.string(), v.description("`next` of the previous page."))),
    account,
    destination,
  })),
  examples: [`${CURL} "$URL/state"`],
  answers: { 200: inJson("A page of the export.", StatePage) },
  problems: [...ASKED, "lease_lost", "stopping", "collection_enabled"],
  handle: async (asked) =>
    json(200, unwrap(await collectorOf(asked).exportState(asked.args.after ?? null))),
});

export const importState = defineRoute({
  id: "importState",
  method: "POST",
  path: "/state",
  access: TOKEN,
  maxBodyBytes: MAX_BODY_BYTES,
  summary: "Import what another platform stored",
  words:
    "Takes the pages of an export, in their order and unchanged. The first one replaces what is " +
    "stored, and the last row makes them count. With `check`, nothing is written. Refused once something was collected here, while " +
    "`FETCH_EVENTS` is true, and unless `LIVEPERSON_CLIENT_SECRET` is the one of the export.",
  arguments: inQueryOrBody(() => ImportArguments),
  examples: [`${CURL} -d @page.json "$URL/state"`],
  answers: { 200: inJson("They are stored.", Imported) },
  problems: [
    ...OF_RUNS,
    "collection_enabled",
    "cursor_exists",
    "state_not_genuine",
    "cursor_unreadable",
    "cursor_newer",
  ],
  handle: async (asked) => {
    const { rows, after, seal, check } = asked.args;
    const isTrial = check === "true";
    unwrap(await collectorOf(asked).importState({ rows, after, seal }, isTrial));
    return json(200, { imported: isTrial ? 0 : rows.length });
  },
});
