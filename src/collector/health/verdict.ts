/** Judges whether collecting works, from what is remembered of the runs. Pure. */
import { length } from "../../format.ts";
import { lagOf } from "./complete_until.ts";
import { recordsMissing } from "./gaps.ts";
import type { Health } from "./health.ts";

/** `incomplete`: the runs succeed, but something is known to be missing. */
export const STATES = [
  "waiting",
  "disabled",
  "healthy",
  "incomplete",
  "behind",
  "failing",
] as const;
export type State = typeof STATES[number];

/** What is known to be missing at the destination. */
interface Missing {
  /** Events that were refused and are kept. */
  readonly deadLetters: number;
  /** Events that wait until the destination accepts anything again. */
  readonly setAside: number;
  /** Records that the source has but did not show. */
  readonly gaps: number;
}

export interface Verdict {
  readonly undelivered: Missing;
  readonly state: State;
  readonly lagSeconds: number | null;
  /** Why, in words; what to do is in the last run's problem. */
  readonly because: string;
  /** True when somebody should be alerted. */
  readonly alarming: boolean;
}

const ALARMING_FAILURES = 3;

/** `letters`: how many refused events are kept. */
export function judge(
  health: Health,
  letters: Omit<Missing, "gaps">,
  nowMs: number,
  lagThresholdMs: number,
  enabled: boolean,
): Verdict {
  const undelivered = { ...letters, gaps: recordsMissing(health.gaps) };
  const lagMs = lagOf(health.completeUntilMs, nowMs);
  const lagSeconds = typeof lagMs === "number" ? Math.round(lagMs / 1000) : null;
  const tell = (state: State, because: string, alarming: boolean): Verdict => ({
    state,
    lagSeconds,
    undelivered,
    because,
    alarming,
  });
  if (!enabled) return tell("disabled", "FETCH_EVENTS is false: nothing is collected.", false);
  if (health.lastRun === null) return tell("waiting", "No run has ended yet.", true);
  const tooFarBehind = lagMs === "clock" || (lagMs !== null && lagMs > lagThresholdMs);
  if (health.consecutiveFailures > 0) {
    const { consecutiveFailures: failures, failingSince } = health;
    return tell(
      "failing",
      `The last ${failures === 1 ? "run" : `${failures} runs`} failed, since ${failingSince}.`,
      failures >= ALARMING_FAILURES || tooFarBehind,
    );
  }
  if (lagMs === "clock") {
    return tell(
      "behind",
      "The lag is not known: the clock of the last run was ahead of what it is now.",
      true,
    );
  }
  if (tooFarBehind) {
    return tell(
      "behind",
      `Events of the last ${length(lagMs / 1000)} may not be delivered yet.`,
      true,
    );
  }
  const missing = whatIsMissing(undelivered, health.missingFields);
  if (missing !== null) return tell("incomplete", missing, false);
  return tell(
    "healthy",
    health.lastDelivery === null
      ? "The runs succeed; the source has shown no event yet."
      : `The runs succeed; the last event was delivered at ${health.lastDelivery.at}.`,
    false,
  );
}

/** What is known to be missing, in words; null if nothing is. */
function whatIsMissing(
  { deadLetters, setAside, gaps }: Missing,
  missingFields: readonly string[],
): string | null {
  const parts = [
    deadLetters > 0 && `${deadLetters} refused ${deadLetters === 1 ? "event" : "events"}`,
    setAside > 0 && `${setAside} ${setAside === 1 ? "event that waits" : "events that wait"} ` +
      "until the destination accepts anything",
    gaps > 0 && `${gaps} ${gaps === 1 ? "record" : "records"} that the source did not show`,
    missingFields.length > 0 &&
    `the ${missingFields.length === 1 ? "field" : "fields"} ${missingFields.join(", ")}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : `The runs succeed, but this is missing: ${parts.join("; ")}.`;
}
