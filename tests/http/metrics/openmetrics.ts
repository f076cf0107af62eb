/**
 * A strict reader of OpenMetrics 1.0 text: whatever the specification demands of what `/metrics` uses,
 * it insists on. Pure. Source: https://prometheus.io/docs/specs/om/open_metrics_spec/.
 */
import assert from "node:assert/strict";

interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly name: string;
  type?: string;
  help?: string;
  unit?: string;
  readonly series: Series[];
}

const SUFFIXES: Record<string, readonly string[]> = {
  counter: ["_total"],
  gauge: [""],
  info: ["_info"],
  histogram: ["_bucket", "_sum", "_count"],
};
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const SAMPLE = /^([a-zA-Z0-9_:]+)(?:\{(.*)\})? (\S+)$/s;
const PAIR = /([a-zA-Z0-9_]+)="((?:\\[\\n"]|[^\\"\n])*)"(,|$)/gy;
const DESCRIPTION = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/s;

export class Metrics {
  constructor(readonly families: readonly Family[]) {}

  /** The value of the one series with this name and these labels; undefined if there is none. */
  value(name: string, labels: Record<string, string> = {}): number | undefined {
    const found = this.series(name).filter((series) =>
      Object.entries(labels).every(([label, text]) => series.labels[label] === text)
    );
    assert.ok(found.length <= 1, `${found.length} series of ${name}`);
    return found[0]?.value;
  }

  series(name: string): readonly Series[] {
    return this.families.flatMap(({ series }) => series).filter((one) => one.name === name);
  }

  get names(): Set<string> {
    return new Set(this.families.flatMap(({ series }) => series.map(({ name }) => name)));
  }
}

export function readOpenMetrics(text: string): Metrics {
  assert.ok(text.endsWith("\n# EOF\n"), "it ends with # EOF");
  const lines = text.slice(0, -"# EOF\n".length).split("\n").slice(0, -1);
  const families: Family[] = [];
  for (const line of lines) {
    if (line.startsWith("#")) readDescription(line, families);
    else readSample(line, families);
  }
  for (const family of families) checkFamily(family);
  const all = families.flatMap(({ series }) => series.map(({ name, labels }) => key(name, labels)));
  assert.equal(new Set(all).size, all.length, "no series comes twice");
  checkClashes(families);
  return new Metrics(families);
}

function readDescription(line: string, families: Family[]): void {
  const [, kind, name, rest] = DESCRIPTION.exec(line) ?? assert.fail(`a comment: ${line}`);
  assert.match(name, NAME);
  let family = families.at(-1);
  if (family?.name !== name) {
    assert.ok(!families.some((other) => other.name === name), `${name} is in one place`);
    families.push(family = { name, series: [] });
  }
  assert.equal(family.series.length, 0, "descriptions come before samples");
  const field = kind.toLowerCase() as "help" | "type" | "unit";
  assert.equal(family[field], undefined, `${kind} once`);
  if (field === "help") assert.match(rest, /^(?:\\[\\n"]|[^\\"\n])+$/);
  family[field] = rest;
}

function readSample(line: string, families: Family[]): void {
  const [, name, set = "", number] = SAMPLE.exec(line) ?? assert.fail(`no sample: ${line}`);
  const family = families.at(-1) ?? assert.fail("a sample without a family");
  const suffixes = SUFFIXES[family.type!] ?? assert.fail(`unknown type ${family.type}`);
  assert.ok(suffixes.some((suffix) => name === family.name + suffix), `${name} in ${family.name}`);
  const labels: Record<string, string> = {};
  const pairs = [...set.matchAll(PAIR)];
  assert.equal(pairs.map(([all]) => all).join(""), set, `labels: ${set}`);
  for (const [, label, escaped] of pairs) {
    assert.match(label, LABEL);
    assert.ok(!(label in labels), `${label} once`);
    labels[label] = escaped.replaceAll(/\\(.)/g, (_, c) => c === "n" ? "\n" : c);
  }
  assert.match(number, /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/);
  family.series.push({ name, labels, value: Number(number.replace("Inf", "Infinity")) });
}

function checkFamily({ name, type, help, unit, series }: Family): void {
  assert.ok(type !== undefined && help !== undefined, `${name} has a type and a help text`);
  if (unit !== undefined) assert.ok(name.endsWith(`_${unit}`), `${name} ends with ${unit}`);
  if (/_(seconds|bytes|ratio)$/.test(name)) assert.equal(unit, name.split("_").at(-1));
  for (const { value } of series) {
    if (type === "counter") assert.ok(value >= 0 && Number.isFinite(value));
    if (type === "info") assert.equal(value, 1);
  }
  if (type === "histogram") checkHistogram(series);
}

/** Each set of labels has its buckets in a row and in order, cumulative, then sum and count. */
function checkHistogram(series: readonly Series[]): void {
  const withoutBound = ({ labels: { le: _, ...rest } }: Series) => key("", rest);
  const groups = Map.groupBy(series, withoutBound);
  assert.deepEqual([...groups.values()].flat(), series, "points of one set stand together");
  for (const group of groups.values()) {
    const buckets = group.filter(({ labels }) => "le" in labels);
    const bounds = buckets.map(({ labels }) => Number(labels.le.replace("Inf", "Infinity")));
    assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
    assert.equal(bounds.at(-1), Infinity);
    for (const { labels } of buckets) assert.match(labels.le, /^(?:\d+\.\d+|\+Inf)$/);
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(counts, [...counts].sort((a, b) => a - b), "buckets are cumulative");
    const [sum, count] = group.slice(-2);
    assert.ok(sum.name.endsWith("_sum") && count.name.endsWith("_count"));
    assert.equal(count.value, counts.at(-1));
  }
}

/** No family's samples may bear a name that another family's could. */
function checkClashes(families: readonly Family[]): void {
  const names = families.flatMap(({ name, type }) => [
    name,
    ...SUFFIXES[type!].filter((suffix) => suffix !== "").map((suffix) => name + suffix),
  ]);
  assert.equal(new Set(names).size, names.length, "family names don't clash");
}

function key(name: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}
