/** `/healthz`: for monitors. */
import type { MiddlewareHandler } from "hono";
import * as v from "valibot";
import { STATES, type Verdict } from "../../collector/health/verdict.ts";
import type { Outcome } from "../../collector/service.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { VERSION } from "../../version.ts";
import { requireToken } from "../auth/bearer.ts";
import type { DoorEnv } from "../auth/door.ts";
import { account, destination, inQuery } from "../routing/arguments.ts";
import { unwrap } from "../routing/problems.ts";
import { json } from "../routing/reply.ts";
import { type Access, defineRoute, inJson } from "../routing/route.ts";
import { count, named, Problem, told } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { labels, meant, toList } from "./pipelines.ts";
import { ASKED } from "./problem_codes.ts";
import { lagSeconds } from "./run_report.ts";

const Up = named("Up", v.object({ status: v.literal("up"), version: v.string() }));

export const verdict = {
  state: told(
    v.picklist(STATES),
    "`incomplete`: the runs succeed, but something is known to be missing.",
  ),
  lagSeconds,
  because: told(v.string(), "Why, in words."),
  alarming: told(v.boolean(), "True when somebody should be alerted."),
  undelivered: told(
    v.object({
      deadLetters: told(count, "Events that were refused and are kept."),
      setAside: told(
        count,
        "Events that were not accepted, perhaps only because of others; runs try them again.",
      ),
      gaps: told(count, "Records that the source has but did not show."),
      stalledBackfills: told(count, "1 while a backfill has made no progress for `LAG_THRESHOLD`."),
      total: told(count, "All of these: `UNDELIVERED_THRESHOLD` limits this number."),
    }),
    "What is known to be missing at the destination.",
  ),
};

const Health = named("Health", v.object({ version: v.string(), ...verdict }));

const PipelineHealth = named("PipelineHealth", v.object({ ...labels, ...verdict }));

const PipelineAlarm = named(
  "PipelineAlarm",
  v.object({ ...labels, alarming: v.literal(true), problem: Problem }),
  "An account, or one of its destinations, whose collector could not be asked.",
);

const Healths = named(
  "Healths",
  v.object({
    version: v.string(),
    alarming: v.boolean(),
    accounts: v.array(v.union([PipelineHealth, PipelineAlarm])),
  }),
);

const ARGUMENTS = inQuery(v.object({
  deep: v.optional(
    v.pipe(
      v.picklist(["true", "false"], "deep must be true or false."),
      v.description("Check whether collecting works, not only whether the process is up."),
    ),
    "false",
  ),
  account,
  destination,
}));

/** Only the deep answer needs the token. */
const requireTokenIfDeep: MiddlewareHandler<DoorEnv> = async (c, next) => {
  const { deep } = await ARGUMENTS.read(c.req, 0);
  return deep === "true" ? await requireToken(c, next) : await next();
};
const TOKEN_IF_DEEP: Access = {
  guard: () => requireTokenIfDeep,
  isOpen: true,
  isRecorded: false,
  problems: [],
};

export const getHealth = defineRoute({
  id: "getHealth",
  method: "GET",
  path: "/healthz",
  access: TOKEN_IF_DEEP,
  summary: "Health check for a monitor",
  words:
    "Shows that the process is up. With `deep=true`, which needs the token, it answers 503 after " +
    "three failed runs in a row, when the lag is too long or too much is undelivered, until the " +
    "first run has ended, also after starting over, and while the settings are invalid. While " +
    "`FETCH_EVENTS` is false, only what is undelivered counts.",
  arguments: ARGUMENTS,
  examples: [`curl "$URL/healthz"`, `${CURL} "$URL/healthz?deep=true"`],
  answers: {
    200: inJson("The process is up; with `deep=true`, collecting works.", Up, Health, Healths),
    503: inJson("Collecting needs attention.", Health, Healths),
  },
  problems: ASKED,
  handle: async (asked) => {
    if (asked.args.deep === "false") return json(200, { status: "up", version: VERSION });
    const { pipelines, only, ask } = meant(asked);
    if (only === null) return toAnswer(pipelines, await ask("verdict"));
    const judged = unwrap(await only.verdict());
    return json(judged.alarming ? 503 : 200, { version: VERSION, ...judged });
  },
});

function toAnswer(pipelines: readonly Pipeline[], outcomes: readonly Outcome<Verdict>[]) {
  const accounts = toList(pipelines, outcomes)
    .map((one) => "problem" in one ? { ...one, alarming: true as const } : one);
  const alarming = accounts.some((one) => one.alarming);
  return json(alarming ? 503 : 200, { version: VERSION, alarming, accounts });
}
