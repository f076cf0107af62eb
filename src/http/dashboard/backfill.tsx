/** The progress of a backfill. */
import type { BackfillState } from "../../collector/health/report.ts";
import { count, instant, moment, number } from "../../format.ts";

interface BackfillProps {
  readonly backfill: BackfillState;
  /** What keeps it from going on; null if nothing does. */
  readonly held: "disabled" | "stalled" | null;
  /** Refused events of the pipeline that are kept, whether this backfill met them or not. */
  readonly kept: number;
  /** True if some of the pipeline's have been discarded. */
  readonly hasDiscarded: boolean;
  /** The page of what is undelivered. */
  readonly lettersHref: string;
  readonly nowMs: number;
}

const HEADINGS = {
  free: "Backfill in progress",
  stalled: "Backfill stalled",
  disabled: "Backfill waiting",
};

export function BackfillCard(props: BackfillProps) {
  const { backfill, held, kept, lettersHref, nowMs } = props;
  const { from, to, completedAt, delivered, refused, startedAt } = backfill;
  const percent = percentOf(backfill);
  return (
    <section class="card" aria-labelledby="backfill">
      <h2 id="backfill">{completedAt === null ? HEADINGS[held ?? "free"] : "Backfill complete"}</h2>
      <p class="quiet">{instant(from)} to {instant(to)}</p>
      <div>
        <label for="backfill-progress">
          {completedAt === null
            ? `${percent}%: ${toldProgress(props)}`
            : `Completed at ${moment(completedAt, nowMs)}`}
        </label>
        <progress id="backfill-progress" max="100" value={percent}>{percent}%</progress>
      </div>
      <p>
        {count(delivered, "event")} delivered, {number(refused)}{" "}
        not accepted{refused > 0 && " at first"}
        {refused > 0 && kept > 0 && (
          <>
            {" "}(<a href={lettersHref}>see what is left</a>)
          </>
        )}. Asked for at {moment(startedAt, nowMs)}.
      </p>
      {completedAt === null && (
        <p class="small quiet">
          {held === "disabled"
            ? "No run continues it until FETCH_EVENTS is true."
            : "Every run that has requests left continues it after live collection."}{" "}
          To end it early, choose Cancel the backfill.
        </p>
      )}
    </section>
  );
}

/** What is certain of the part that is done. */
export function toldProgress(
  { backfill, kept, hasDiscarded }: Pick<BackfillProps, "backfill" | "kept" | "hasDiscarded">,
): string {
  const { from, reached, delivered, refused } = backfill;
  if (reached === from) return "nothing has been read completely yet";
  const before = `before ${instant(reached)}`;
  if (delivered + refused === 0) return `there was nothing to deliver ${before}`;
  if (refused === 0) return `everything ${before} is delivered`;
  if (kept > 0) return `everything ${before} is delivered, except for events that are kept`;
  return `everything ${before} is delivered${hasDiscarded ? " or discarded" : ""}`;
}

/** How much of the time range is done, in whole percent; 100 only when it is complete. */
export function percentOf({ from, to, reached, completedAt }: BackfillState): number {
  if (completedAt !== null) return 100;
  const [start, end, here] = [from, to, reached].map((iso) => Date.parse(iso));
  return Math.max(0, Math.min(99, Math.floor(100 * (here - start) / (end - start))));
}
