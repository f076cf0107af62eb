/**
 * A bar chart as SVG: an axis with ticks, grid lines, and a cross below each period in which runs failed.
 * It is drawn across in percent and down in pixels, so that it fills any width and its text keeps its size.
 */
import type { Scale } from "./axis.ts";
import type { Bar } from "./periods.ts";

/** In pixels, from the upper edge. */
const TOP = 10;
const BASE = 130;
const CROSS = 142;
const NAMES = 168;
const HEIGHT = 174;
/** The lowest bar that can be seen. */
const LEAST = 2;

interface ChartProps {
  /** What it shows, for people who can't see it. */
  readonly label: string;
  readonly bars: readonly Bar[];
  /** The height of a bar; null for none. */
  readonly valueOf: (bar: Bar) => number | null;
  /** What is shown when a pointer is on it. */
  readonly titleOf: (bar: Bar) => string;
  /** The names below some bars, by the bar's place. */
  readonly names: ReadonlyMap<number, string>;
  readonly scale: Scale;
  /** `events` or `lag`. */
  readonly tone: string;
}

export function Chart({ label, bars, valueOf, titleOf, names, scale, tone }: ChartProps) {
  const step = 100 / bars.length;
  const yOf = (value: number) => BASE - (BASE - TOP) * value / scale.top;
  return (
    <div class="plot" role="img" aria-label={label}>
      <svg class="scale" height={HEIGHT} aria-hidden="true">
        {scale.ticks.map(({ value, name }) => (
          <text key={name} x="100%" y={yOf(value) + 4} text-anchor="end">{name}</text>
        ))}
      </svg>
      <svg width="100%" height={HEIGHT} aria-hidden="true">
        {scale.ticks.map(({ value }) => (
          <line
            key={value}
            class={value === 0 ? "base" : "grid"}
            x1="0"
            x2="100%"
            y1={yOf(value)}
            y2={yOf(value)}
          />
        ))}
        {bars.map((bar, i) => (
          <g key={bar.start}>
            <title>{titleOf(bar)}</title>
            <BarShape value={valueOf(bar)} x={i * step} step={step} tone={tone} yOf={yOf} />
            {bar.failedRuns > 0 && <Cross x={(i + 0.5) * step} />}
            <rect class="reach" x={`${i * step}%`} y="0" width={`${step}%`} height={CROSS + 8} />
          </g>
        ))}
        {[...names].map(([i, name]) => <Name key={i} name={name} i={i} count={bars.length} />)}
      </svg>
    </div>
  );
}

function BarShape({ value, x, step, tone, yOf }: {
  value: number | null;
  x: number;
  step: number;
  tone: string;
  yOf: (value: number) => number;
}) {
  if (value === null || (value === 0 && tone === "events")) return null;
  const height = Math.max(LEAST, BASE - yOf(value));
  return (
    <rect
      class={tone}
      x={`${x + step * 0.12}%`}
      y={BASE - height}
      width={`${step * 0.76}%`}
      height={height}
    />
  );
}

function Cross({ x }: { x: number }) {
  return (
    <svg class="cross" x={`${x}%`} y={CROSS}>
      <path d="M-3.5 -3.5l7 7M3.5 -3.5l-7 7" />
    </svg>
  );
}

/** The first and the last name keep within the chart. */
function Name({ name, i, count }: { name: string; i: number; count: number }) {
  const x = `${100 * (i + 0.5) / count}%`;
  const [at, anchor] = i === 0 ? ["0", "start"] : i === count - 1 ? ["100%", "end"] : [x, "middle"];
  return (
    <>
      <line class="base" x1={x} x2={x} y1={BASE} y2={BASE + 5} />
      <text x={at} y={NAMES} text-anchor={anchor}>{name}</text>
    </>
  );
}
