/**
 * `deno task bench`: what the product costs, compared with floors and a simple alternative, in one run.
 * Compare figures only within one run. Only counts, sizes and memory have limits; exceeding one fails the
 * run.
 */
import { beyondLimits, type Figure, type Measure, type Size } from "./figures.ts";
import { backlog } from "./measures/backlog.ts";
import { bundle } from "./measures/bundle.ts";
import { destinations } from "./measures/destinations.ts";
import { latency } from "./measures/latency.ts";
import { manyAccounts } from "./measures/many_accounts.ts";
import { memory } from "./measures/memory.ts";
import { operations } from "./measures/operations.ts";
import { pipelineCpu } from "./measures/pipeline_cpu.ts";
import { Option } from "commander";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, FAILED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { drawTable, fitColumns } from "../cli/table.ts";

/** In the order in which they are taken. */
const MEASURES: Readonly<Record<string, Measure>> = {
  bundle,
  operations,
  memory,
  pipeline: pipelineCpu,
  backlog,
  latency,
  accounts: manyAccounts,
  destinations,
};

const FULL: Size = {
  events: 100_000,
  backlogs: [10_000, 100_000, 1_000_000],
  accounts: 200,
  rounds: 3,
};
const SHORT: Size = { events: 5000, backlogs: [10_000, 30_000], accounts: 45, rounds: 1 };

interface Options {
  readonly only?: readonly string[];
  readonly short?: true;
  readonly json?: true;
}

const { only = Object.keys(MEASURES), short, json } = readOptions<Options>(
  scriptCommand(
    "bench",
    "Measures the product, and compares it with floors and with a simple alternative.",
    [
      "",
      "--short --only pipeline --json",
    ],
  )
    .addOption(
      new Option("--only <measure...>", "take only these measurements").choices(
        Object.keys(MEASURES),
      ),
    )
    .option("--short", "use small sizes: takes a minute, for CI")
    .option("--json", "print only one JSON list of figures")
    .addHelpText("after", "\nExit code: 0 within all limits, 1 beyond one, 2 bad usage."),
  Deno.args,
);

const figures: Figure[] = [];
for (const name of only) {
  if (!json) console.error(`${name} ...`);
  figures.push(...await MEASURES[name](short ? SHORT : FULL));
}
const broken = beyondLimits(figures);
if (json) console.log(JSON.stringify(figures, null, 2));
else show();
Deno.exit(broken.length === 0 ? DONE : FAILED);

function show(): void {
  const colours = stdoutColours();
  const columns = [
    { title: "Measure", width: 50, whole: true },
    { title: "Value", width: 12, align: "right" as const, whole: true },
    { title: "Unit", width: 20 },
    { title: "At most", width: 8, align: "right" as const },
    { title: "Beside", width: 40 },
  ];
  const rows = figures.map(({ name, value, unit, most, beside }) => [
    name,
    value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 }),
    unit,
    most ?? "",
    beside ?? "",
  ]);
  console.log(drawTable(fitColumns(columns, rows, 120), rows, colours));
  for (const { name, value, most } of broken) {
    console.log(colours.red(`${name} is ${value}, and must be at most ${most}.`));
  }
}
