/** The actions that deliver past events: starting or cancelling a backfill, and starting over. */
import { readBackfillRange } from "../routing/backfill_arguments.ts";
import type { BackfillRange } from "../../collector/runs/backfill.ts";
import { iso } from "../../engine/time.ts";
import { instant, length } from "../../format.ts";
import { type Action, toldProblem } from "./action.ts";

export const PAST_ACTIONS = {
  "backfill": {
    name: "Backfill",
    recordedAs: "startBackfill",
    confirm: "Start the backfill",
    explanation: (destination) =>
      "All events in this range are delivered. Those that were delivered before are pushed to " +
      `${destination} again, with the same event_id.`,
    perform: async ({ of }, pipeline, { from, to }, nowMs) => {
      const { fromMs, toMs } = readBackfillRange({ from, to }, nowMs);
      const collector = of(pipeline);
      const outcome = await collector.startBackfill({ fromMs, toMs });
      if (!outcome.ok) return toldProblem("The backfill was not started", outcome.problem);
      const verdict = await collector.verdict();
      const isDisabled = verdict.ok && verdict.value.state === "disabled";
      return {
        ok: true,
        title: "The backfill is scheduled",
        lines: [
          `${rangeInWords({ fromMs, toMs })}.`,
          isDisabled
            ? "FETCH_EVENTS is false: no run continues it until that is true."
            : "Each run continues it after delivering new events.",
        ],
      };
    },
  },
  "cancel-backfill": {
    name: "Cancel the backfill",
    recordedAs: "cancelBackfill",
    confirm: "Cancel the backfill",
    explanation: () =>
      "What has been delivered stays delivered. The rest of its range is not delivered, unless you " +
      "start a backfill again.",
    perform: async ({ of }, pipeline) => {
      const outcome = await of(pipeline).cancelBackfill();
      if (!outcome.ok) return toldProblem("The backfill was not cancelled", outcome.problem);
      if (outcome.value === null) {
        return {
          ok: true,
          title: "There was no backfill to cancel",
          lines: ["It was complete, or cancelled, before."],
        };
      }
      return {
        ok: true,
        title: "The backfill is cancelled",
        lines: ["What has been delivered stays delivered."],
      };
    },
  },
  "start-over": {
    name: "Start over",
    recordedAs: "forgetCursor",
    confirm: "Start over",
    isTyped: true,
    explanation: (destination) =>
      "The cursor is forgotten: the next run begins at FIRST_FETCH, and events since then are " +
      `pushed to ${destination} again, with the same event_id. This can't be undone.`,
    perform: async ({ of }, pipeline, { confirm }) => {
      if (typeof confirm !== "string" || confirm.trim() !== pipeline.account) {
        return {
          ok: false,
          title: "Nothing was done",
          lines: [`To start over, type ${pipeline.account} as a confirmation.`],
        };
      }
      const outcome = await of(pipeline).forgetCursor();
      if (!outcome.ok) return toldProblem("The cursor was not forgotten", outcome.problem);
      return {
        ok: true,
        title: "The next run starts over",
        lines: ["It begins at FIRST_FETCH."],
      };
    },
  },
} satisfies Record<string, Action>;

/** `21 Sep 2026, 00:00 UTC to 21 Oct 2026, 00:00 UTC, 30 days` */
export function rangeInWords({ fromMs, toMs }: BackfillRange): string {
  return `${instant(iso(fromMs))} to ${instant(iso(toMs))}, ${length((toMs - fromMs) / 1000)}`;
}
