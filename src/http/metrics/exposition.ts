/**
 * Writes metrics as text, in OpenMetrics 1.0 or in Prometheus' classic format 0.0.4. Pure. Written here
 * because the client libraries only expose what they have counted in their own process. Sources:
 * OpenMetrics 1.0 (https://prometheus.io/docs/specs/om/open_metrics_spec/) and
 * https://prometheus.io/docs/instrumenting/exposition_formats/.
 */

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
  /** Only for a histogram: `_bucket`, `_sum` or `_count`. */
  readonly suffix?: string;
}

export interface Family {
  /** Without `_total` or `_info`, which the type adds. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info";
  readonly help: string;
  /** The name ends with it. */
  readonly unit?: string;
  readonly samples: readonly Sample[];
}

type Format = "openmetrics" | "classic";

export const CONTENT_TYPES: Record<Format, string> = {
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
  classic: "text/plain; version=0.0.4; charset=utf-8",
};

export function expose(families: readonly Family[], format: Format): string {
  const lines = families.flatMap((family) => [
    ...describe(family, format),
    ...family.samples.map((sample) => sampleLine(family, sample)),
  ]);
  if (format === "openmetrics") lines.push("# EOF");
  return lines.map((line) => `${line}\n`).join("");
}

/** The samples of a histogram with one set of labels; `counts` are cumulative. */
export function histogramSamples(
  labels: Labels,
  bounds: readonly number[],
  counts: readonly number[],
  count: number,
  sum: number,
): Sample[] {
  const bucket = (le: string, value: number) => ({
    labels: { ...labels, le },
    value,
    suffix: "_bucket",
  });
  return [
    ...bounds.map((bound, i) => bucket(decimal(bound), counts[i])),
    bucket("+Inf", count),
    { labels, value: sum, suffix: "_sum" },
    { labels, value: count, suffix: "_count" },
  ];
}

const SUFFIXES = { counter: "_total", gauge: "", histogram: "", info: "_info" };

/** The classic format names a family after its samples, and has neither `info` nor units. */
function describe({ name, type, help, unit }: Family, format: Format): string[] {
  if (format === "classic") {
    const full = name + SUFFIXES[type];
    // unlike in a label, a quotation mark in a classic help text is not escaped
    const text = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    return [`# HELP ${full} ${text}`, `# TYPE ${full} ${type === "info" ? "gauge" : type}`];
  }
  return [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
  ];
}

function sampleLine({ name, type }: Family, { labels, value, suffix }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  const set = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
  return `${name}${suffix ?? SUFFIXES[type]}${set} ${number(value)}`;
}

/** Any text, such as an account's id, escaped for a quoted label on one line. */
function escaped(text: string): string {
  return text.toWellFormed()
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll('"', '\\"');
}

function number(value: number): string {
  return Number.isFinite(value)
    ? String(value)
    : Number.isNaN(value)
    ? "NaN"
    : value > 0
    ? "+Inf"
    : "-Inf";
}

/** A bucket's bound in the canonical spelling: `1.0`, not `1`. */
function decimal(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
