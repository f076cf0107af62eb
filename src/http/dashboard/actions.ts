/** The actions behind the buttons: the text of each confirmation, and the outcome as a notice. */
import type { BackfillState, RunReport } from "../../collector/health/report.ts";
import type { Outcome } from "../../collector/service.ts";
import type { TestedStep } from "../../collector/runs/connection_check.ts";
import { testConnection } from "../../collector/test_connection.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import { type Action, toldProblem } from "./action.ts";
import { LETTER_ACTIONS } from "./letter_actions.ts";
import { destinationNameFirst } from "./links.ts";
import type { Notice } from "./notice.ts";
import { PAST_ACTIONS } from "./past_actions.ts";
import { count, day, took } from "../../format.ts";

/** By the last part of their address. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map(Object.entries(
  {
    "collect": {
      name: "Collect now",
      recordedAs: "collect",
      confirm: "Collect now",
      explanation: (destination) =>
        "A run starts at once, as if the schedule had started it. It delivers what is " +
        `new to ${destination}. If a run is in progress, this one waits for it.`,
      perform: async ({ of }, pipeline) => toldRun(await of(pipeline).collect("http"), pipeline),
    },
    "test-connection": {
      name: "Test connection",
      recordedAs: "testConnection",
      confirm: "Test now",
      isHarmless: true,
      explanation: (destination) =>
        "Signs in to LivePerson and makes one call to the audit API, as the next run would and as a " +
        `new installation would. Nothing is collected, and no event is sent to ${destination}.`,
      perform: async (collectors, pipeline) =>
        toldTest(await testConnection(collectors, [pipeline])),
    },
    ...LETTER_ACTIONS,
    ...PAST_ACTIONS,
  } satisfies Record<string, Action>,
));

function toldRun(outcome: Outcome<RunReport>, pipeline: Pipeline): Notice {
  if (!outcome.ok) return toldProblem("Nothing was collected", outcome.problem);
  const { outcome: ended, problem, delivered, refused, reconciliation, backfill } = outcome.value;
  const { more, durationMs, runId, backfilled } = outcome.value;
  if (problem !== undefined) return toldProblem("The run failed", problem, [`Run id: ${runId}`]);
  if (ended === "disabled") {
    return {
      ok: false,
      title: "Nothing was collected",
      lines: ["FETCH_EVENTS is false. Set it to true, then deploy or restart."],
    };
  }
  const found = reconciliation?.found ?? 0;
  const [title = "Nothing new", ...others] = [
    ...(delivered > 0 ? [`${count(delivered, "event")} delivered`] : []),
    ...(refused > 0
      ? [`${destinationNameFirst(pipeline)} did not accept ${count(refused, "event")}`]
      : []),
    ...(found > 0
      ? [`Reconciliation found ${count(found, "event")} of ${day(reconciliation!.day)}`]
      : []),
    ...(backfill !== null ? [toldBackfill(backfill, backfilled)] : []),
  ];
  return {
    ok: refused === 0,
    title,
    lines: [
      `The run took ${took(durationMs)}.`,
      ...others.map((happened) => `${happened}.`),
      ...(more ? ["There is more to read, so the next run follows at once."] : []),
    ],
  };
}

/** `events`: those that this run has delivered. */
function toldBackfill({ completedAt }: BackfillState, events: number): string {
  const isComplete = completedAt !== null;
  if (events === 0) return isComplete ? "The backfill is complete" : "The backfill continued";
  return `The backfill delivered ${count(events, "event")}${isComplete ? " and is complete" : ""}`;
}

const STEP_NAMES: Readonly<Record<TestedStep["step"], string>> = {
  configuration: "Configuration",
  discovery: "Discovering the account's hosts",
  token: "Signing in",
  audit: "Reading the audit trail",
  destination: "Reaching the destination",
};

function toldTest(outcome: Outcome<readonly TestedStep[]>): Notice {
  if (!outcome.ok) return toldProblem("The connection could not be tested", outcome.problem);
  const steps = outcome.value;
  const failed = steps.find((step) => step.outcome === "failed");
  const isPartial = steps.some(({ outcome }) => outcome !== "ok");
  return {
    ok: failed === undefined,
    title: failed !== undefined
      ? `The connection does not work: ${failed.problem!.title}`
      : isPartial
      ? "What could be tested works"
      : "The connection works",
    isPartial,
    lines: [
      ...steps.map(({ step, outcome, milliseconds, because }) =>
        `${STEP_NAMES[step]}: ${
          outcome === "skipped"
            ? "not tested"
            : step === "configuration"
            ? outcome
            : `${outcome}, ${took(milliseconds)}`
        }.${because === undefined ? "" : ` ${because}`}`
      ),
      ...(failed ? [failed.problem!.detail, `What to do: ${failed.problem!.action}`] : []),
    ],
    ...(failed && { code: failed.problem!.code }),
  };
}
