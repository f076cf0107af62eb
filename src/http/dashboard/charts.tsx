/** Events over time as an SVG bar chart, with the same numbers in a table below. */
import type { History } from "../../collector/health/history.ts";
import { type Bar, lastDays, lastHours, sumOfEvents } from "./periods.ts";
import { count, number } from "../../format.ts";

/** In SVG units. */
const STEP = 10;
const GAP = 2;
const HEIGHT = 80;
/** Space below the bars, for the baseline and the marks of failed runs. */
const MARK_Y = 84;

export function Charts({ history, nowMs }: { history: History; nowMs: number }) {
  return (
    <section class="card" aria-labelledby="charts">
      <h2 id="charts">Events delivered</h2>
      <div class="pair">
        <Chart name="Last 24 hours" unit="hour" bars={lastHours(history, nowMs)} />
        <Chart name="Last 14 days" unit="day" bars={lastDays(history, nowMs)} />
      </div>
    </section>
  );
}

function Chart(
  { name, unit, bars }: { name: string; unit: "hour" | "day"; bars: readonly Bar[] },
) {
  const most = Math.max(...bars.map((bar) => bar.events));
  const failed = bars.reduce((sum, bar) => sum + bar.failedRuns, 0);
  const total = count(sumOfEvents(bars), "event");
  const width = bars.length * STEP;
  return (
    <figure class="chart">
      <figcaption>
        <h3>{name}</h3>
        <span class="number">{total}</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${MARK_Y + 4}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${total}, at most ${number(most)} in one ${unit}, ${
          count(failed, "failed run")
        }.`}
      >
        <rect class="base" x="0" y={HEIGHT} width={width} height="1" />
        {bars.map((bar, i) => (
          <BarShape key={bar.start} bar={bar} x={i * STEP} most={most} unit={unit} />
        ))}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{bars[0].name}</span>
        <span>{most === 0 ? "no events" : `most in one ${unit}: ${number(most)}`}</span>
        <span>{unit === "hour" ? "now" : "today"}</span>
      </p>
      {failed > 0 && (
        <p class="small quiet">
          {count(failed, "run")} failed: the red marks below the line.
        </p>
      )}
      <details>
        <summary>{`${name} as a table`}</summary>
        <ChartTable bars={bars} unit={unit} />
      </details>
    </figure>
  );
}

function BarShape(
  { bar, x, most, unit }: { bar: Bar; x: number; most: number; unit: "hour" | "day" },
) {
  const height = bar.events === 0 ? 0 : Math.max(2, Math.round(HEIGHT * bar.events / most));
  const at = unit === "hour" ? `${bar.name} UTC` : bar.name;
  const failures = bar.failedRuns > 0 ? `, ${count(bar.failedRuns, "failed run")}` : "";
  return (
    <g>
      <title>{`${at}: ${count(bar.events, "event")}, ${count(bar.runs, "run")}${failures}`}</title>
      {height > 0 && (
        <rect class="bar" x={x + GAP / 2} y={HEIGHT - height} width={STEP - GAP} height={height} />
      )}
      {bar.failedRuns > 0 && (
        <rect class="failed" x={x + GAP / 2} y={MARK_Y} width={STEP - GAP} height="4" />
      )}
      <rect class="reach" x={x} y="0" width={STEP} height={HEIGHT} />
    </g>
  );
}

function ChartTable({ bars, unit }: { bars: readonly Bar[]; unit: "hour" | "day" }) {
  return (
    <table class="small">
      <thead>
        <tr>
          <th scope="col">{unit === "hour" ? "Hour (UTC)" : "Day (UTC)"}</th>
          <th scope="col" class="right">Events</th>
          <th scope="col" class="right">Runs</th>
          <th scope="col" class="right">Failed</th>
        </tr>
      </thead>
      <tbody>
        {bars.toReversed().map((bar) => (
          <tr key={bar.start}>
            <th scope="row">{bar.name}</th>
            <td class="right">{number(bar.events)}</td>
            <td class="right">{number(bar.runs)}</td>
            <td class="right">{number(bar.failedRuns)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
