/** When runs failed in the last two weeks: on a timeline, and one by one. */
import type { Outage } from "../../collector/health/history.ts";
import { DAY_MS, iso } from "../../engine/time.ts";
import { count, day, length, moment } from "../../format.ts";
import { FoldedList } from "./fold.tsx";
import type { PageState } from "./page_state.ts";
import { ProblemLink } from "./problem_link.tsx";
import { titleWithService } from "./service_title.ts";

/** How many are listed before the rest is collapsed. */
const SHOWN = 5;

const DAYS = 14;
/** In pixels. */
const BAND = 22;
const NAMES = 42;
const HEIGHT = 48;
/** The narrowest mark that can be seen, in percent. */
const LEAST = 0.5;

interface OutagesProps {
  /** Oldest first. */
  readonly outages: readonly Outage[];
  /** True if the last of them has not ended. */
  readonly goesOn: boolean;
  readonly page: PageState;
  readonly nowMs: number;
}

export function OutagesCard({ outages, goesOn, page, nowMs }: OutagesProps) {
  if (outages.length === 0) return null;
  return (
    <section class="card" aria-labelledby="failures">
      <h2 id="failures">Failures</h2>
      <Timeline outages={outages} goesOn={goesOn} nowMs={nowMs} />
      <FoldedList
        name="outages"
        items={outages.toReversed()}
        most={SHOWN}
        page={page}
        list={(shown) => (
          <ol class="outages">
            {shown.map((outage, i) => (
              <li key={outage.from}>
                <strong>
                  <ProblemLink {...outage} />
                </strong>
                <span>{span(outage, goesOn && i === 0, nowMs)}</span>
              </li>
            ))}
          </ol>
        )}
      />
    </section>
  );
}

/** `Since 14:42 UTC, 5 hours: 61 runs` */
function span({ from, until, failedRuns }: Outage, goesOn: boolean, nowMs: number): string {
  const runs = count(failedRuns, "run");
  const untilMs = goesOn ? nowMs : Date.parse(until);
  const lasted = length((untilMs - Date.parse(from)) / 1000);
  if (goesOn) return `Since ${moment(from, nowMs)}, for ${lasted}: ${runs}`;
  return failedRuns === 1
    ? `${moment(from, nowMs)}: ${runs}`
    : `${moment(from, nowMs)}, for ${lasted}: ${runs}`;
}

function Timeline({ outages, goesOn, nowMs }: Omit<OutagesProps, "page">) {
  const startMs = nowMs - DAYS * DAY_MS;
  const xOf = (timeMs: number) => 100 * (Math.max(startMs, timeMs) - startMs) / (DAYS * DAY_MS);
  const seen = outages.map((outage, i) => {
    const untilMs = goesOn && i === outages.length - 1 ? nowMs : Date.parse(outage.until);
    return { ...outage, untilMs };
  }).filter(({ untilMs }) => untilMs > startMs);
  const label = `The last ${DAYS} days: ${count(seen.length, "failure")}.`;
  return (
    <svg class="timeline" width="100%" height={HEIGHT} role="img" aria-label={label}>
      <rect class="ground" x="0" y="0" width="100%" height={BAND} rx="4" />
      {seen.map(({ title, service, from, untilMs, failedRuns }) => {
        const x = xOf(Date.parse(from));
        const width = Math.max(LEAST, xOf(untilMs) - x);
        return (
          <g key={from}>
            <title>
              {`${titleWithService(title, service)}: ${count(failedRuns, "run")}, from ${
                moment(from, nowMs)
              }`}
            </title>
            <rect
              class="failed"
              x={`${Math.min(x, 100 - width)}%`}
              y="0"
              width={`${width}%`}
              height={BAND}
            />
          </g>
        );
      })}
      <text x="0" y={NAMES}>{day(iso(startMs)).slice(0, -5)}</text>
      <text x="50%" y={NAMES} text-anchor="middle">
        {day(iso(startMs + DAYS * DAY_MS / 2)).slice(0, -5)}
      </text>
      <text x="100%" y={NAMES} text-anchor="end">now</text>
    </svg>
  );
}
