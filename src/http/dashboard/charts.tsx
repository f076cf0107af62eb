/** Events and lag over time as charts, with the same numbers in tables that can be opened. */
import type { History } from "../../collector/health/history.ts";
import { count, length, lengthAtMost, number } from "../../format.ts";
import { countScale, timeScale } from "./axis.ts";
import { Chart } from "./chart.tsx";
import { Fold } from "./fold.tsx";
import type { PageState } from "./page_state.ts";
import {
  type Bar,
  lastDays,
  lastHours,
  startOfDays,
  startOfHours,
  sumOfEvents,
} from "./periods.ts";

interface ChartsProps {
  readonly history: History;
  readonly page: PageState;
  readonly nowMs: number;
}

interface Span {
  readonly name: string;
  /** When the first bar begins. */
  readonly since: string;
  readonly unit: "hour" | "day";
  readonly bars: readonly Bar[];
  /** The name of the fold with its table. */
  readonly fold: string;
  /** The labels below some bars, by the bar's place. */
  readonly names: ReadonlyMap<number, string>;
}

export function Charts({ history, page, nowMs }: ChartsProps) {
  const hours = lastHours(history, nowMs);
  const days = lastDays(history, nowMs);
  const spans: Span[] = [
    {
      ...{ name: "By hour", since: startOfHours(nowMs), unit: "hour", bars: hours, fold: "hours" },
      names: namesOf(hours, [0, 6, 12, 18], ({ name }) => name, "now"),
    },
    {
      ...{ name: "By day", since: startOfDays(nowMs), unit: "day", bars: days, fold: "days" },
      names: namesOf(days, [0, 3, 6, 9], ({ name }) => name.slice(0, -5), "today"),
    },
  ];
  const hasFailures = [...hours, ...days].some(({ failedRuns }) => failedRuns > 0);
  return (
    <>
      <section class="card" aria-labelledby="charts">
        <h2 id="charts">Events delivered</h2>
        <div class="pair">{spans.map((span) => <EventsChart key={span.unit} {...span} />)}</div>
        {hasFailures && <CrossLegend />}
        <div class="pair">
          {spans.map((span) => (
            <div key={span.unit}>
              <Fold name={span.fold} title={`${span.name}, as a table`} page={page}>
                <ChartTable {...span} />
              </Fold>
            </div>
          ))}
        </div>
      </section>
      <section class="card" aria-labelledby="lag">
        <h2 id="lag">Lag</h2>
        <p class="quiet">
          The age of the oldest event that a run may have left undelivered, apart from those that
          are kept because they were not accepted: the longest of each {spans[0].unit}, and of each
          {" "}
          {spans[1].unit}.
        </p>
        <div class="pair">{spans.map((span) => <LagChart key={span.unit} {...span} />)}</div>
        {hasFailures && <CrossLegend />}
      </section>
    </>
  );
}

function CrossLegend() {
  return (
    <p class="small quiet">
      <svg class="cross" width="14" height="12" aria-hidden="true">
        <path d="M3 2l7 7M10 2l-7 7" />
      </svg>{" "}
      Runs failed.
    </p>
  );
}

function EventsChart({ name, since, unit, bars, names }: Span) {
  const most = Math.max(...bars.map((bar) => bar.events));
  const failed = bars.reduce((sum, bar) => sum + bar.failedRuns, 0);
  const total = count(sumOfEvents(bars), "event");
  return (
    <figure class="chart">
      <figcaption>
        <h3>{name}, since {since}</h3>
        <span class="number">{total}</span>
      </figcaption>
      <Chart
        label={`${name}, since ${since}: ${total}, at most ${number(most)} in one ${unit}, ${
          count(failed, "failed run")
        }.`}
        bars={bars}
        names={names}
        valueOf={(bar) => bar.events}
        titleOf={(bar) => `${when(bar, unit)}: ${count(bar.events, "event")}, ${runsOf(bar)}`}
        scale={countScale(most)}
        tone="events"
      />
    </figure>
  );
}

function LagChart({ name, since, unit, bars, names }: Span) {
  const known = bars.flatMap(({ lagSeconds }) => lagSeconds ?? []);
  const most = Math.max(0, ...known);
  const longest = known.length === 0 ? "not known" : atMost(most);
  return (
    <figure class="chart">
      <figcaption>
        <h3>{name}, since {since}</h3>
        <span class="number">{longest}</span>
      </figcaption>
      <Chart
        label={`${name}, since ${since}: lag ${longest}.`}
        bars={bars}
        names={names}
        valueOf={(bar) => bar.lagSeconds}
        titleOf={(bar) => `${when(bar, unit)}: ${lagOf(bar)}, ${runsOf(bar)}`}
        scale={timeScale(most)}
        tone="lag"
      />
    </figure>
  );
}

function ChartTable({ unit, bars }: Span) {
  return (
    <table class="small">
      <thead>
        <tr>
          <th scope="col">{unit === "hour" ? "Hour (UTC)" : "Day (UTC)"}</th>
          <th scope="col" class="right">Events</th>
          <th scope="col" class="right">Runs</th>
          <th scope="col" class="right">Failed</th>
          <th scope="col" class="right">Lag</th>
        </tr>
      </thead>
      <tbody>
        {bars.toReversed().map((bar) => (
          <tr key={bar.start}>
            <th scope="row">{bar.name}</th>
            <td class="right">{number(bar.events)}</td>
            <td class="right">{number(bar.runs)}</td>
            <td class="right">{number(bar.failedRuns)}</td>
            <td class="right">{bar.lagSeconds === null ? "–" : shortly(bar.lagSeconds)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function namesOf(
  bars: readonly Bar[],
  places: readonly number[],
  name: (bar: Bar) => string,
  last: string,
): ReadonlyMap<number, string> {
  return new Map([
    ...places.map((i) => [i, name(bars[i])] as const),
    [bars.length - 1, last] as const,
  ]);
}

function when({ name }: Bar, unit: "hour" | "day"): string {
  return unit === "hour" ? `${name} UTC` : name;
}

function runsOf({ runs, failedRuns }: Bar): string {
  return `${count(runs, "run")}${failedRuns > 0 ? `, ${number(failedRuns)} failed` : ""}`;
}

function lagOf({ lagSeconds }: Bar): string {
  return lagSeconds === null ? "lag not known" : `lag ${atMost(lagSeconds)}`;
}

/** `at most 5 hours`, `less than a minute` */
function atMost(seconds: number): string {
  return seconds < 60 ? length(seconds) : `at most ${lengthAtMost(seconds)}`;
}

/** `45 s`, `12 min`, `3.5 h`, `2.1 d` */
export function shortly(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 86_400
    ? `${(seconds / 3600).toFixed(1)} h`
    : `${(seconds / 86_400).toFixed(1)} d`;
}
