/** The text that metrics are written as, in both formats, read by Prometheus and by a strict reader. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { expose, type Family, histogramSamples } from "../../../src/http/metrics/exposition.ts";
import { readOpenMetrics } from "./openmetrics.ts";
import { checkClassic, importOpenMetrics } from "./promtool.ts";

const HOSTILE = [
  'quote " and } and {',
  "back\\slash, at the end \\",
  "line\nbreak\r\n# EOF\n",
  'x"} 1\nliveperson_collector_up{account="forged"} 1\n',
  "\u2028 \u2029 \u0085 \t ☃ 🦆 é",
  "# TYPE x counter",
  "",
];

const families = (names: readonly string[]): Family[] => [
  {
    name: "x_up",
    type: "gauge",
    help: 'Has "quotes", a \\ and\na second line',
    samples: names.map((account) => ({ labels: { account }, value: 1 })),
  },
  { name: "x_things", type: "counter", help: "Things", samples: [{ labels: {}, value: 1e21 }] },
  { name: "x_build", type: "info", help: "Build", samples: [{ labels: { v: "1" }, value: 1 }] },
  {
    name: "x_took_seconds",
    type: "histogram",
    unit: "seconds",
    help: "Took",
    samples: histogramSamples({ account: "a" }, [0.5, 1], [1, 2], 3, 4.25),
  },
];

Deno.test("both formats are as specified", () => {
  assert.equal(
    expose(families(["a"]), "openmetrics"),
    String.raw`# HELP x_up Has \"quotes\", a \\ and\na second line
# TYPE x_up gauge
x_up{account="a"} 1
# HELP x_things Things
# TYPE x_things counter
x_things_total 1e+21
# HELP x_build Build
# TYPE x_build info
x_build_info{v="1"} 1
# HELP x_took_seconds Took
# TYPE x_took_seconds histogram
# UNIT x_took_seconds seconds
x_took_seconds_bucket{account="a",le="0.5"} 1
x_took_seconds_bucket{account="a",le="1.0"} 2
x_took_seconds_bucket{account="a",le="+Inf"} 3
x_took_seconds_sum{account="a"} 4.25
x_took_seconds_count{account="a"} 3
# EOF
`,
  );
  const classic = expose(families(["a"]), "classic");
  assert.match(classic, /^# HELP x_up Has "quotes", a \\\\ and\\na second line\n/);
  assert.match(classic, /# TYPE x_things_total counter\nx_things_total 1e\+21\n/);
  assert.match(classic, /# TYPE x_build_info gauge\nx_build_info\{v="1"\} 1\n/);
  assert.doesNotMatch(classic, /# (UNIT|EOF)/);
});

Deno.test("Prometheus reads both formats, whatever a label holds", async () => {
  await checkClassic(expose(families(HOSTILE), "classic"));
  await importOpenMetrics(expose(families(HOSTILE), "openmetrics"));
});

Deno.test("any text comes back from a label as it went in, on one line", () => {
  fc.assert(fc.property(
    fc.uniqueArray(fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom(...HOSTILE))),
    (names) => {
      const text = expose(families(names), "openmetrics");
      const back = readOpenMetrics(text).series("x_up").map(({ labels }) => labels.account);
      assert.deepEqual(back, names.map((name) => name.toWellFormed()));
      const without = expose(families([]), "openmetrics").split("\n").length;
      assert.equal(text.split("\n").length, without + names.length);
    },
  ));
});

Deno.test("numbers that are none are spelt as Prometheus spells them", () => {
  const values = [NaN, Infinity, -Infinity, -0.5, 1e-9, 2 ** 53];
  const samples = values.map((value, i) => ({ labels: { i: String(i) }, value }));
  const text = expose([{ name: "x", type: "gauge", help: "X", samples }], "openmetrics");
  const back = readOpenMetrics(text).series("x").map(({ value }) => value);
  assert.deepEqual(back, values);
});
