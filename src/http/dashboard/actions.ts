/** The actions behind the buttons: the text of each confirmation, and the outcome as a notice. */
import { ANY_DESTINATION, ANY_DESTINATION_FIRST } from "../../destinations/catalog.ts";
import type { RunReport } from "../../collector/health/report.ts";
import type { CollectorService, Outcome } from "../../collector/service.ts";
import { configurationFailed, type TestedStep } from "../../collector/runs/connection_check.ts";
import type { Problem } from "../../problems.ts";
import type { Notice } from "./notice.ts";
import { count, day, took } from "../../format.ts";

export interface Action {
  readonly name: string;
  /** The label of the button that confirms it. */
  readonly confirm: string;
  /** What will happen, for whoever is asked to confirm. */
  readonly explanation: string;
  readonly perform: (collector: CollectorService) => Promise<Notice>;
}

/** How many dead letters one redelivery pushes again. */
const MAX_REDELIVERED = 100;

/** By the last part of their address. */
export const ACTIONS: ReadonlyMap<string, Action> = new Map(Object.entries(
  {
    "collect": {
      name: "Collect now",
      confirm: "Collect now",
      explanation: "A run starts at once, as if the schedule had started it. It delivers what is " +
        `new to ${ANY_DESTINATION}. If a run is under way, this one waits for it.`,
      perform: async (collector) => toldRun(await collector.collect("http")),
    },
    "test-connection": {
      name: "Test connection",
      confirm: "Test now",
      explanation: "Signs in to LivePerson and makes one call to the audit API, as a new " +
        `installation would. Nothing is collected, and nothing is sent to ${ANY_DESTINATION}.`,
      perform: async (collector) => toldTest(await collector.testConnection()),
    },
    "redeliver": {
      name: "Redeliver dead letters",
      confirm: "Redeliver",
      explanation:
        `Up to ${MAX_REDELIVERED} events that ${ANY_DESTINATION} refused are pushed once more. What ` +
        "it accepts is removed from the dead letters; the rest stays.",
      perform: async (collector) => {
        const outcome = await collector.redeliver(MAX_REDELIVERED);
        if (!outcome.ok) return toldProblem("Nothing was redelivered", outcome.problem);
        const { delivered, refused, left } = outcome.value;
        return {
          ok: left === 0,
          title: `${count(delivered, "event")} redelivered`,
          lines: [
            `${count(refused, "event")} refused again, ${count(left, "dead letter")} left.`,
            ...(left > refused ? ["Redeliver again for the rest."] : []),
          ],
        };
      },
    },
  } satisfies Record<string, Action>,
));

function toldRun(outcome: Outcome<RunReport>): Notice {
  if (!outcome.ok) return toldProblem("Nothing was collected", outcome.problem);
  const { outcome: ended, problem, delivered, deadLettered, reconciliation, backfill } =
    outcome.value;
  const { more, durationMs, runId } = outcome.value;
  if (problem !== undefined) return toldProblem("The run failed", problem, [`Run id: ${runId}`]);
  if (ended === "disabled") {
    return {
      ok: false,
      title: "Nothing was collected",
      lines: ["FETCH_EVENTS is false. Set it to true and deploy again."],
    };
  }
  const found = reconciliation?.found ?? 0;
  const [title = "Nothing new", ...others] = [
    ...(delivered > 0 ? [`${count(delivered, "event")} delivered`] : []),
    ...(deadLettered > 0
      ? [`${ANY_DESTINATION_FIRST} refused ${count(deadLettered, "event")}`]
      : []),
    ...(found > 0
      ? [`Reconciliation found ${count(found, "event")} of ${day(reconciliation!.day)}`]
      : []),
    // its count covers all of its runs so far
    ...(backfill !== null ? ["The backfill continued"] : []),
  ];
  return {
    ok: deadLettered === 0,
    title,
    lines: [
      `The run took ${took(durationMs)}.`,
      ...others.map((happened) => `${happened}.`),
      ...(more ? ["There is more to read: the next run follows at once."] : []),
    ],
  };
}

const STEP_NAMES: Readonly<Record<TestedStep["step"], string>> = {
  configuration: "Configuration",
  discovery: "Finding the account's hosts",
  token: "Signing in",
  audit: "Reading the audit trail",
  destination: "Reaching the destination",
};

function toldTest(outcome: Outcome<readonly TestedStep[]>): Notice {
  if (!outcome.ok && outcome.problem.code !== "configuration_invalid") {
    return toldProblem("The connection could not be tested", outcome.problem);
  }
  const steps = outcome.ok ? outcome.value : configurationFailed(outcome.problem);
  const failed = steps.find((step) => step.outcome === "failed");
  return {
    ok: failed === undefined,
    title: failed === undefined
      ? "The connection works"
      : `The connection does not work: ${failed.problem!.title}`,
    lines: [
      ...steps.map(({ step, outcome, milliseconds, because }) =>
        `${STEP_NAMES[step]}: ${outcome}${
          outcome === "skipped" || step === "configuration" ? "" : `, ${took(milliseconds)}`
        }.${because === undefined ? "" : ` ${because}`}`
      ),
      ...(failed ? [failed.problem!.detail, `What to do: ${failed.problem!.action}`] : []),
    ],
  };
}

function toldProblem(title: string, problem: Problem, more: readonly string[] = []): Notice {
  return {
    ok: false,
    title,
    lines: [`${problem.title}.`, problem.detail, `What to do: ${problem.action}`, ...more],
  };
}
