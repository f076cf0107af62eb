/** The state of a pipeline in words, since when, and what to do about each problem. Pure. */
import type { Status } from "../../collector/collector.ts";
import { gapsInWords } from "../../collector/health/missing.ts";
import { needsAttention } from "../../collector/health/attention.ts";
import type { State } from "../../collector/health/verdict.ts";
import type { Outcome } from "../../collector/service.ts";
import { iso } from "../../engine/time.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import type { Problem } from "../../problems.ts";
import type { Advice } from "./advice.ts";
import { adviceForLag } from "./lag_advice.ts";
import { hrefOfLetters } from "./letter_links.ts";
import { destinationNameFirst } from "./links.ts";
import { ago, count, length, moment } from "../../format.ts";
import { titleWithService } from "./service_title.ts";

export interface PipelineState {
  readonly pipeline: Pipeline;
  readonly state: State;
  /** One sentence: why, and since when. */
  readonly because: string;
  readonly advice: readonly Advice[];
  /** Null when the collector could not be asked, for example because its settings are invalid. */
  readonly status: Status | null;
}

export const STATE_NAMES: Readonly<Record<State, string>> = {
  healthy: "Working",
  incomplete: "Incomplete",
  behind: "Behind",
  failing: "Failing",
  disabled: "Switched off",
  waiting: "Waiting for the first run",
};

export function pipelineStateOf(
  pipeline: Pipeline,
  outcome: Outcome<Status>,
  nowMs: number,
): PipelineState {
  if (!outcome.ok) {
    const { problem } = outcome;
    return {
      pipeline,
      state: "failing",
      because: problem.detail,
      advice: [{ ...adviceOf(problem), detail: undefined }],
      status: null,
    };
  }
  const status = outcome.value;
  return {
    pipeline,
    state: status.state,
    because: becauseOf(status, nowMs),
    advice: adviceFor(pipeline, status, nowMs),
    status,
  };
}

export function adviceOf({ title, detail, action, code, upstream }: Problem): Advice {
  const named = titleWithService(title, upstream?.name);
  return { title: named, detail, action: action ?? "Look at the log.", code };
}

function becauseOf({ state, because, health, lagSeconds }: Status, nowMs: number): string {
  switch (state) {
    case "healthy": {
      const since = health.workingSince;
      if (since === null) return "The runs succeed.";
      return `No run has failed since ${moment(since, nowMs)}, ${ago(since, nowMs)}.`;
    }
    case "incomplete":
      return because;
    case "behind":
      if (lagSeconds === null) return because;
      return `Events since ${
        moment(iso(nowMs - lagSeconds * 1000), nowMs)
      } may not be delivered yet.`;
    case "failing": {
      const runs = health.consecutiveFailures;
      const since = health.failingSince!;
      return `${runs === 1 ? "The last run" : `The last ${runs} runs`} failed, since ${
        moment(since, nowMs)
      }, ${ago(since, nowMs)}.`;
    }
    case "disabled":
      return "FETCH_EVENTS is false: nothing is collected.";
    case "waiting":
      if (health.startedOverAt === null) return "Nothing has been collected so far.";
      return `Nothing has been collected since the start-over, ${
        ago(health.startedOverAt, nowMs)
      }.`;
  }
}

function adviceFor(pipeline: Pipeline, status: Status, nowMs: number): Advice[] {
  const { state, health } = status;
  const advice: Advice[] = [];
  if (state === "failing" && health.lastRun?.problem) advice.push(adviceOf(health.lastRun.problem));
  if (state === "behind") advice.push(adviceForLag(status, nowMs));
  if (state === "disabled") {
    advice.push({
      title: "Collecting is switched off",
      action: "Set FETCH_EVENTS to true, then deploy or restart.",
    });
  }
  if (state === "waiting") {
    advice.push({
      title: health.startedOverAt === null
        ? "No run has ended yet"
        : "No run has ended since the start-over",
      action:
        "The schedule runs every five minutes. If nothing has happened by then, check that it is " +
        "there (on Workers, the cron trigger), or choose Collect now.",
    });
  }
  advice.push(...adviceForUndelivered(pipeline, status, nowMs));
  if (health.missingFields.length > 0) {
    advice.push({
      title: `LivePerson does not know ${health.missingFields.join(", ")}`,
      detail: "Events are delivered without it. It is requested again every day.",
      action: "Nothing, unless your rules need it.",
    });
  }
  return advice;
}

/** What to do about what is known to be undelivered. */
export function adviceForUndelivered(
  pipeline: Pipeline,
  status: Status,
  nowMs: number,
): readonly Advice[] {
  const { deadLetters, setAside, gaps, stalledBackfills } = status.undelivered;
  const isOff = status.state === "disabled";
  const advice: Advice[] = [];
  if (setAside > 0) {
    advice.push({
      title: `${count(setAside, "event")} set aside`,
      detail: "They were not accepted, perhaps only because of others in their batch. " +
        (isOff
          ? "Runs try them again once collecting is switched on."
          : "Runs try them again: each run in the first hour, later every ten minutes, and at once " +
            "after others are accepted."),
      action: "If some remain, read the reasons and correct the cause, or discard them.",
      link: { href: hrefOfLetters(pipeline), text: "Read the reasons" },
    });
  }
  if (gaps > 0) {
    advice.push({
      title: `LivePerson did not show ${gapsInWords(status.undelivered, status.health.gaps)}`,
      detail: isOff
        ? "Nothing looks for them again while collecting is switched off."
        : "Collecting continues without them, and looks for them again when the day is over.",
      action: `${
        isOff
          ? "Switch collecting on. If they are still missing a day later"
          : "If they are still missing then"
      }, ask LivePerson for the records of these times.`,
      link: { href: hrefOfLetters(pipeline), text: "See their times" },
    });
  }
  if (stalledBackfills > 0) {
    const stoodMs = nowMs - Date.parse(status.backfill!.movedAt);
    advice.push({
      title: `The backfill has made no progress for ${length(stoodMs / 1000)}`,
      detail: isOff
        ? "No run continues it while collecting is switched off."
        : "A run continues it after delivering new events.",
      action: `${
        isOff ? "Switch collecting on" : "Find out why runs fail or don't get that far"
      }, or choose Cancel the backfill.`,
    });
  }
  if (deadLetters > 0) {
    advice.push({
      title: `${destinationNameFirst(pipeline)} refused ${count(deadLetters, "event")}`,
      detail: isOff ? "They are kept." : "They are kept, and collecting continues without them.",
      action: "Read the reasons, correct the cause, then redeliver the events, or discard them.",
      link: { href: hrefOfLetters(pipeline), text: "Read them" },
    });
  }
  return advice;
}

const URGENCY: readonly State[] = [
  "failing",
  "behind",
  "waiting",
  "incomplete",
  "healthy",
  "disabled",
];

/** Does somebody have to look at it? So they do if its collector could not be asked. */
export function isTroubled({ status }: PipelineState): boolean {
  return status === null || needsAttention(status);
}

/**
 * The most urgent state of those that need attention; of all, if none does. Switched-off ones where nothing
 * waits to be delivered count only if all are.
 */
export function worst(states: readonly PipelineState[]): State {
  const troubled = states.filter(isTroubled);
  const counting = troubled.length > 0 ? troubled : states;
  return URGENCY.find((state) => counting.some((one) => one.state === state)) ?? "waiting";
}

export interface Group {
  readonly state: State;
  readonly members: readonly PipelineState[];
}

/** Groups, and their members, that need attention come first; otherwise members keep their order. */
export function grouped(states: readonly PipelineState[]): readonly Group[] {
  const order: readonly State[] = [
    "failing",
    "behind",
    "waiting",
    "incomplete",
    "disabled",
    "healthy",
  ];
  return order.map((state) => ({
    state,
    members: states.filter((one) => one.state === state)
      .sort((a, b) => Number(isTroubled(b)) - Number(isTroubled(a))),
  })).filter(({ members }) => members.length > 0);
}
