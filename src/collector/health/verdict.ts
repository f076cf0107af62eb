/** Judges whether collecting works, from what is remembered of the runs. Pure. */
import { lengthAtMost } from "../../format.ts";
import { lagOf } from "./complete_until.ts";
import type { Health } from "./health.ts";
import { type Kept, type Missing, missingInWords, missingOf } from "./missing.ts";

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

/** The settings that a verdict depends on. */
export interface Thresholds {
  /** False if fetching is switched off. */
  readonly enabled: boolean;
  /** A longer lag is alarming; a backfill that makes no progress for longer is stalled. Milliseconds. */
  readonly lagMs: number;
  /** This many undelivered events are alarming. */
  readonly undelivered: number;
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
/** From here on, somebody must look at the dead letters: once there is no room for more, runs fail. */
const ALARMING_FULLNESS = 0.5;

export function judge(
  health: Health,
  kept: Kept,
  nowMs: number,
  thresholds: Thresholds,
): Verdict {
  const undelivered = missingOf(health, kept, nowMs, thresholds.lagMs);
  const missing = missingInWords(undelivered, health.gaps);
  const isFilling = kept.fullness >= ALARMING_FULLNESS;
  const isMuch = undelivered.total >= thresholds.undelivered || isFilling;
  const lagMs = lagOf(health.completeUntilMs, nowMs);
  const lagSeconds = typeof lagMs === "number" ? Math.round(lagMs / 1000) : null;
  const tell = (state: State, because: string, alarming: boolean): Verdict => ({
    state,
    lagSeconds,
    undelivered,
    because: [
      because,
      state !== "incomplete" && missing.length > 0 &&
      `Not known to be delivered: ${missing.join("; ")}.`,
      isFilling && fillingWords(kept.fullness),
    ].filter((part) => part !== false).join(" "),
    alarming,
  });
  if (!thresholds.enabled) {
    return tell("disabled", "FETCH_EVENTS is false: nothing is collected.", isMuch);
  }
  if (health.lastRun === null) return tell("waiting", "No run has ended yet.", true);
  if (health.startedOverAt !== null) {
    return tell(
      "waiting",
      `No run has ended since the start-over at ${health.startedOverAt}.`,
      true,
    );
  }
  const tooFarBehind = lagMs === "clock" || (lagMs !== null && lagMs > thresholds.lagMs);
  if (health.consecutiveFailures > 0) {
    const { consecutiveFailures: failures, failingSince } = health;
    return tell(
      "failing",
      `The last ${failures === 1 ? "run" : `${failures} runs`} failed, since ${failingSince}.`,
      failures >= ALARMING_FAILURES || tooFarBehind || isMuch,
    );
  }
  if (lagMs === "clock") {
    return tell(
      "behind",
      "The lag is not known: the clock of the last run was ahead of the present time.",
      true,
    );
  }
  if (tooFarBehind) {
    return tell(
      "behind",
      `Events of the last ${lengthAtMost(lagMs / 1000)} may not be delivered yet.`,
      true,
    );
  }
  const lacking = whatIsMissing(missing, health.missingFields);
  if (lacking !== null) return tell("incomplete", lacking, isMuch);
  return tell(
    "healthy",
    health.lastDelivery === null
      ? "The runs succeed; the source has shown no event yet."
      : `The runs succeed; the last event was delivered at ${health.lastDelivery.at}.`,
    false,
  );
}

function fillingWords(fullness: number): string {
  const percent = Math.floor(fullness * 100);
  return `Dead letters take ${percent}% of their room; once it is full, runs fail.`;
}

/** What an otherwise healthy collector lacks, in words; null if nothing. */
function whatIsMissing(parts: readonly string[], missingFields: readonly string[]): string | null {
  const all = [
    ...parts,
    ...(missingFields.length > 0
      ? [`the ${missingFields.length === 1 ? "field" : "fields"} ${missingFields.join(", ")}`]
      : []),
  ];
  return all.length === 0
    ? null
    : `The runs succeed, but not all is known to be delivered: ${all.join("; ")}.`;
}
