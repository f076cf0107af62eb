/** Records that LivePerson has but did not show: when they are from, how many, and why they are missing. */
import type { Gap } from "../../engine/progress.ts";
import { iso } from "../../engine/time.ts";
import { day, moment, number, size, timeOfDay } from "../../format.ts";

interface GapsProps {
  readonly gaps: readonly Gap[];
  readonly nowMs: number;
}

export function GapsCard({ gaps, nowMs }: GapsProps) {
  if (gaps.length === 0) return null;
  return (
    <section class="card" aria-labelledby="gaps">
      <h2 id="gaps">Records that LivePerson did not show</h2>
      <table class="stacked" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">From (UTC)</th>
            <th scope="col" role="columnheader" class="right">Records</th>
            <th scope="col" role="columnheader">Why</th>
            <th scope="col" role="columnheader">Noticed</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {gaps.map((gap) => (
            <tr role="row" key={`${gap.why} ${gap.day} ${gap.offset}`}>
              <th scope="row" role="rowheader">
                {timesOf(gap)}
                <span class="hint">
                  In the listing from {day(gap.day)}, offset {number(gap.offset)}
                </span>
              </th>
              <td role="cell" data-name="Records" class="right">
                {gap.records === null ? "not known" : number(gap.records)}
              </td>
              <td role="cell" data-name="Why">{whyOf(gap)}</td>
              <td role="cell" data-name="Noticed">{moment(iso(gap.foundAtMs), nowMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** `21 Nov 2026, 18:42:00 to 18:43:10`: the times of the records before and after the gap. */
function timesOf({ afterMs, beforeMs, tooLarge }: Gap): string {
  const timeMs = tooLarge?.timeMs ?? null;
  if (timeMs !== null) return instantOf(timeMs);
  if (afterMs === null) return beforeMs === null ? "not known" : `before ${instantOf(beforeMs)}`;
  if (beforeMs === null) return `after ${instantOf(afterMs)}`;
  if (afterMs === beforeMs) return instantOf(afterMs);
  const [from, to] = [iso(afterMs), iso(beforeMs)];
  const end = from.slice(0, 10) === to.slice(0, 10) ? timeOfDay(to) : instantOf(beforeMs);
  return `${instantOf(afterMs)} to ${end}`;
}

function instantOf(timeMs: number): string {
  return `${day(iso(timeMs))}, ${timeOfDay(iso(timeMs))}`;
}

function whyOf({ why, tooLarge }: Gap): string {
  if (tooLarge !== undefined) {
    return `The record is too large to be read: it has over ${size(tooLarge.atLeastBytes)}.`;
  }
  switch (why) {
    case "unreadable":
      return "LivePerson fails to answer when it is asked for them.";
    case "never shown":
      return "They are counted in the listing, but no answer had them.";
    case "beyond the last offset":
      return "LivePerson's listing ends before them.";
  }
}
