/**
 * `deno task conformance`: pushes to real receivers that others wrote, and compares what they hold with
 * what was sent. A receiver that can't run on this machine is left out, and reported as such.
 */
import { Option } from "commander";
import { kindOf } from "../../src/destinations/catalog.ts";
import { type Colours, stdoutColours } from "../cli/colours.ts";
import { DONE, FAILED, readOptions, scriptCommand } from "../cli/command_line.ts";
import { drawTable, fitColumns } from "../cli/table.ts";
import { COMPARISONS } from "./comparisons/index.ts";
import { defaultCacheFolder } from "./machine/cache.ts";
import { type Outcome, outcomeOf } from "./outcomes.ts";

interface Options {
  readonly only?: readonly string[];
  readonly cache: string;
  readonly json?: true;
}

const { only, cache, json } = readOptions<Options>(
  scriptCommand(
    "conformance",
    "Pushes to real receivers, and compares what they hold with what was sent.",
    [
      "",
      "--only moto --json",
    ],
  )
    .addOption(
      new Option("--only <receiver...>", "use only these receivers")
        .choices(COMPARISONS.map(({ id }) => id)),
    )
    .option("--cache <folder>", "where downloads and builds are kept", defaultCacheFolder())
    .option("--json", "print only one JSON list of outcomes")
    .addHelpText(
      "after",
      "\nOpenSearch needs Java and Maven, VictoriaLogs needs Go, moto needs Python with pip." +
        "\nExit code: 0 all agree, 1 one disagrees, 2 bad usage.",
    ),
  Deno.args,
);

const outcomes: Outcome[] = [];
for (const comparison of COMPARISONS.filter(({ id }) => only?.includes(id) ?? true)) {
  if (!json) console.error(`${comparison.receiver} ...`);
  const options = { cacheFolder: cache, nowMs: Date.now() };
  outcomes.push(await outcomeOf(comparison, kindOf(comparison.destination)!, options));
}
if (json) console.log(JSON.stringify(outcomes, null, 2));
else show(stdoutColours());
Deno.exit(outcomes.some(({ verdict }) => verdict === "disagree") ? FAILED : DONE);

function show(colours: Colours): void {
  const columns = [
    { title: "Receiver", width: 20, whole: true },
    { title: "Version", width: 10, whole: true },
    { title: "Destination", width: 16, whole: true },
    { title: "Verdict", width: 10, whole: true },
    { title: "Why", width: 200 },
  ];
  const rows = outcomes.map((
    { receiver, version, destination, verdict, because, disagreements },
  ) => [
    receiver,
    version,
    destination,
    verdict,
    disagreements.length === 0 ? because : `${disagreements.length} listed below`,
  ]);
  console.log(drawTable(fitColumns(columns, rows, 160), rows, colours));
  for (const { receiver, disagreements } of outcomes) {
    for (const one of disagreements) console.log(colours.red(`${receiver}: ${one}`));
  }
}
