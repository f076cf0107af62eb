/** `/test-connection`: the Test button. */
import * as v from "valibot";
import { STEPS } from "../../collector/runs/connection_check.ts";
import { testConnection as testConnectionOf } from "../../collector/test_connection.ts";
import { pipelinesOfOneAccount } from "../../pipelines/choose.ts";
import { TOKEN } from "../auth/bearer.ts";
import { unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { defineRoute, inJson } from "../routing/route.ts";
import { count, named, Problem, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { PIPELINE } from "./pipelines.ts";
import { CHANGING, DESTINATION, READING } from "./problem_codes.ts";

const Step = named(
  "Step",
  v.object({
    step: v.picklist(STEPS),
    destination: v.optional(told(v.string(), "The destination that it is about.")),
    outcome: told(
      v.picklist(["ok", "failed", "skipped", "unverified"]),
      "`skipped`: it was not tested, because an earlier step failed or as `because` says. `unverified`: it " +
        "can't be determined, though nothing seems wrong.",
    ),
    milliseconds: count,
    problem: v.optional(Problem),
    because: told(
      v.optional(v.string()),
      "Why it was not tested, or is unverified; or whether signing in again helps.",
    ),
  }),
);

const Connection = named("Connection", v.object({ ok: v.literal(true), steps: v.array(Step) }));

const FailedConnection = named(
  "FailedConnection",
  v.object({ ...Problem.entries, ok: v.literal(false), steps: v.array(Step) }),
  "The problem of the step that failed, and all steps.",
);

export const testConnection = defineRoute({
  id: "testConnection",
  method: "POST",
  path: "/test-connection",
  access: TOKEN,
  summary: "Test the connection to LivePerson and the destinations",
  words: "Tests every step: settings, discovery, token, one audit call, then each destination of " +
    "the account, or the one that is named, by a call that stores nothing there. Hosts and tokens are " +
    "both those that the runs remember and new ones. If only new ones work, the others are forgotten. " +
    "If a step fails, the answer is 502 with that step's problem.",
  arguments: PIPELINE,
  examples: [`${CURL} -X POST "$URL/test-connection"`],
  answers: { 200: inJson("No step failed.", Connection) },
  problems: CHANGING.filter((code) => code !== "configuration_invalid"),
  failures: [{
    codes: ["configuration_invalid", ...READING, ...DESTINATION],
    schema: FailedConnection,
    status: 502,
  }],
  handle: async ({ args, connect }) => {
    const collectors = connect();
    const pipelines = pipelinesOfOneAccount(collectors.pipelines, args);
    const steps = unwrap(await testConnectionOf(collectors, pipelines));
    const failed = steps.find((step) => step.outcome === "failed");
    return failed === undefined
      ? json(200, { ok: true, steps })
      : refuse({ ...failed.problem!, status: 502, ok: false, steps });
  },
});
