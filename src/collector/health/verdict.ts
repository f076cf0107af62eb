/** Judges whether collecting works, from what is remembered of the runs. Pure. */
import { length } from "../../format.ts";
import { lagOf } from "./complete_until.ts";
import { recordsMissing } from "./gaps.ts";
import type { Health } from "./health.ts";
import type { BackfillState } from "./report.ts";

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
  /** Events that wait until the destination accepts something again. */
  readonly setAside: number;
  /** Records that the source has but did not show. */
  readonly gaps: number;
  /** 1 while a backfill is stalled: how many events it still has to deliver can't be known. */
  readonly stalledBackfills: number;
  /** All of these. */
  readonly total: number;
}

/** What is not delivered, as the collector's own storage has it. */
export interface Kept {
  readonly deadLetters: number;
  readonly setAside: number;
  /** How much of the room for dead letters is taken; 1 is all of it. */
  readonly fullness: number;
  /** The last backfill, if there was one. */
  readonly backfill: BackfillState | null;
}

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
  const undelivered = undeliveredOf(health, kept, nowMs, thresholds.lagMs);
  const isFilling = kept.fullness >= ALARMING_FULLNESS;
  const isMuch = undelivered.total >= thresholds.undelivered || isFilling;
  const lagMs = lagOf(health.completeUntilMs, nowMs);
  const lagSeconds = typeof lagMs === "number" ? Math.round(lagMs / 1000) : null;
  const tell = (state: State, because: string, alarming: boolean): Verdict => ({
    state,
    lagSeconds,
    undelivered,
    because: isFilling ? `${because} ${fillingWords(kept.fullness)}` : because,
    alarming,
  });
  if (!thresholds.enabled) {
    return tell("disabled", "FETCH_EVENTS is false: nothing is collected.", false);
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
      `Events of the last ${length(lagMs / 1000)} may not be delivered yet.`,
      true,
    );
  }
  const missing = whatIsMissing(undelivered, health.missingFields);
  if (missing !== null) return tell("incomplete", missing, isMuch);
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

function undeliveredOf(
  { gaps }: Health,
  { deadLetters, setAside, backfill }: Kept,
  nowMs: number,
  patienceMs: number,
): Missing {
  const counts = {
    deadLetters,
    setAside,
    gaps: recordsMissing(gaps),
    stalledBackfills: backfill !== null && isStalled(backfill, nowMs, patienceMs) ? 1 : 0,
  };
  return { ...counts, total: Object.values(counts).reduce((sum, one) => sum + one, 0) };
}

/** Has it made no progress for that long? */
function isStalled({ completedAt, movedAt }: BackfillState, nowMs: number, patienceMs: number) {
  return completedAt === null && nowMs - Date.parse(movedAt) > patienceMs;
}

/** What is known to be missing, in words; null if nothing is. */
function whatIsMissing(
  { deadLetters, setAside, gaps, stalledBackfills }: Missing,
  missingFields: readonly string[],
): string | null {
  const parts = [
    deadLetters > 0 && `${deadLetters} refused ${deadLetters === 1 ? "event" : "events"}`,
    setAside > 0 && `${setAside} ${setAside === 1 ? "event that waits" : "events that wait"} ` +
      "until the destination accepts something again",
    gaps > 0 && `${gaps} ${gaps === 1 ? "record" : "records"} that the source did not show`,
    stalledBackfills > 0 && "what is left of a stalled backfill",
    missingFields.length > 0 &&
    `the ${missingFields.length === 1 ? "field" : "fields"} ${missingFields.join(", ")}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : `The runs succeed, but this is missing: ${parts.join("; ")}.`;
}
