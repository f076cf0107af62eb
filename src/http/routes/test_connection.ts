/** `/test-connection`: the Test button. */
import * as v from "valibot";
import {
  configurationFailed,
  STEPS,
  type TestedStep,
} from "../../collector/runs/connection_check.ts";
import { TOKEN } from "../auth/bearer.ts";
import { thrownProblem, unwrap } from "../routing/problems.ts";
import { json, refuse } from "../routing/reply.ts";
import { type Asked, defineRoute, inJson } from "../routing/route.ts";
import { count, named, Problem, told } from "../routing/schemas.ts";
import { ACCOUNT, collectorOf, type NamedAccount } from "./accounts.ts";
import { CURL } from "./examples.ts";
import { CHANGING, DESTINATION, READING } from "./problem_codes.ts";

const Step = named(
  "Step",
  v.object({
    step: v.picklist(STEPS),
    outcome: told(
      v.picklist(["ok", "failed", "skipped", "unverified"]),
      "`skipped`: an earlier step failed. `unverified`: it can't be told, though nothing seems wrong.",
    ),
    milliseconds: count,
    problem: v.optional(Problem),
    because: told(v.optional(v.string()), "Why it is unverified."),
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
  summary: "Test the connection to LivePerson",
  words:
    "Tries every step: configuration, discovery, token, one audit call. No remembered host or " +
    "token is used. If a step fails, the answer is 502 with that step's problem.",
  arguments: ACCOUNT,
  examples: [`${CURL} -X POST "$URL/test-connection"`],
  answers: { 200: inJson("No step failed.", Connection) },
  problems: CHANGING.filter((code) => code !== "configuration_invalid"),
  failures: [{
    codes: ["configuration_invalid", ...READING, ...DESTINATION],
    schema: FailedConnection,
    status: 502,
  }],
  handle: async (asked) => {
    const steps = await testedSteps(asked);
    const failed = steps.find((step) => step.outcome === "failed");
    return failed === undefined
      ? json(200, { ok: true, steps })
      : refuse({ ...failed.problem!, status: 502, ok: false, steps });
  },
});

/** The tested steps. An invalid configuration is the failure of the first one. */
async function testedSteps(asked: Asked<NamedAccount>): Promise<readonly TestedStep[]> {
  try {
    return unwrap(await collectorOf(asked).testConnection());
  } catch (error) {
    const problem = thrownProblem(error);
    if (problem.code !== "configuration_invalid") throw error;
    return configurationFailed(problem);
  }
}
