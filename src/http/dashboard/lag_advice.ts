/** Why delivery is behind, and what to do about it. Pure. */
import type { Status } from "../../collector/collector.ts";
import type { RunLimit, RunReport } from "../../collector/health/report.ts";
import type { Gap } from "../../engine/progress.ts";
import { CLOCK_TOLERANCE_MS, iso } from "../../engine/time.ts";
import { ago, length } from "../../format.ts";
import type { Advice } from "./advice.ts";

/** Without a run for this long, the schedule must be broken: a run is due every five minutes. */
const SILENT_MS = 20 * 60_000;

/** A gap is dated by LivePerson's clock if that is the earlier one. */
const GAP_BEFORE_RUN_MS = 60_000;

export function adviceForLag({ health, lagSeconds }: Status, nowMs: number): Advice {
  if (lagSeconds === null) {
    return {
      title: "The clock of the last run was wrong",
      action: "Check the host's clock. The next run will show how far delivery has got.",
    };
  }
  const run = health.lastRun!;
  const endedMs = Date.parse(run.startedAt) + run.durationMs;
  if (nowMs - endedMs > SILENT_MS) {
    return {
      title: `No run has ended for ${length((nowMs - endedMs) / 1000)}`,
      action:
        "Check that the schedule is there and fires (on Workers, the cron trigger), or choose " +
        "Collect now.",
    };
  }
  if (run.sourceBehind) {
    return {
      title: "LivePerson shows less than it did before",
      action: "Wait: runs continue as soon as it shows everything again, or after half an hour.",
    };
  }
  if (run.more) {
    return {
      title: "There is more to read than one run can deliver",
      detail: "While there is more, the next run follows at once.",
      action: `Wait, if the lag shrinks. If it does not, ${REMEDIES[run.limitedBy ?? "time"]}`,
    };
  }
  if (health.gaps.some((gap) => isEarlyEnd(gap, run))) {
    return {
      title: "LivePerson does not show its newest records",
      detail:
        "Its listing of the day ends before its last record. The listing of the next day shows " +
        "what happens from then on.",
      action: "Nothing can be done here. Ask LivePerson why its listing ends early.",
    };
  }
  if (hasOwnLag(run)) {
    return {
      title: "The clocks of this host and of LivePerson differ",
      detail: "The last run read everything that LivePerson showed; the earlier clock counts.",
      action: "Check the host's clock.",
    };
  }
  return {
    title: `The last run ended ${ago(iso(endedMs), nowMs)}`,
    detail:
      "It read everything that LivePerson showed. What has happened since is for the next run.",
    action: "Wait: the schedule runs every five minutes. If no run comes, check that it is there " +
      "(on Workers, the cron trigger). If runs do come, LAG_THRESHOLD is too short: raise it.",
  };
}

/** Did the run find that the listing ends before its last record? */
function isEarlyEnd({ why, records, foundAtMs }: Gap, { startedAt, durationMs }: RunReport) {
  const startedMs = Date.parse(startedAt);
  return why === "beyond the last offset" && records !== 0 &&
    foundAtMs >= startedMs - GAP_BEFORE_RUN_MS && foundAtMs <= startedMs + durationMs;
}

/** Was there a lag when the run ended, though it had read to the end? It is told by the earlier of two clocks. */
function hasOwnLag({ lagSeconds, durationMs }: RunReport): boolean {
  return lagSeconds !== null && lagSeconds * 1000 > durationMs + CLOCK_TOLERANCE_MS;
}

/** What lets a run do more, by what ended it. */
const REMEDIES: Readonly<Record<RunLimit, string>> = {
  MAX_FETCH: "raise MAX_FETCH.",
  REQUESTS_PER_RUN: "raise REQUESTS_PER_RUN, as far as your plan allows requests.",
  time: "look for a service that answers slowly.",
};
