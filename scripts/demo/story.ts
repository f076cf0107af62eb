/** The demo's scenes in words. Pure: it returns lines of at most 100 columns. */
import { count, dayAndTime, number } from "../../src/format.ts";
import type { Colours } from "../cli/colours.ts";
import { drawTable, type TableColumn } from "../cli/table.ts";
import type { Run, Scene, StoredCursor } from "./play.ts";
import { holds, type Proof } from "./proof.ts";
import { eventTable } from "./event_table.ts";
import { requests, total } from "./requests.ts";

/** The longest name, `Microsoft Sentinel`, has 18. */
const NAME_WIDTH = 18;

export function tell(scene: Scene, colours: Colours): string {
  const lines = [
    ...sceneLines(scene, colours),
    ...scene.problems.map((text) => bad(text, colours)),
  ];
  return lines.join("\n");
}

function sceneLines(scene: Scene, colours: Colours): string[] {
  const title = (text: string) => colours.bold(text);
  switch (scene.name) {
    case "opened":
      return [
        title("Running, all on this machine"),
        `  ${"Worker".padEnd(NAME_WIDTH)}  ${colours.cyan(scene.urls.worker)}  ` +
        "the deployed bundle, on workerd",
        `  ${"LivePerson".padEnd(NAME_WIDTH)}  ${
          colours.cyan(scene.urls.liveperson)
        }  simulated, ` +
        `${count(scene.generated, "change")} in the last 3 days`,
        ...scene.destinations.map(({ name, what, url }) =>
          `  ${name.padEnd(NAME_WIDTH)}  ${colours.cyan(url)}  simulated ${what}`
        ),
        "",
        `  ${number(scene.visible)} of the changes are to be collected; the other ` +
        `${number(scene.generated - scene.visible)} are automatic updates, left out by default.`,
      ];
    case "first":
      return ["", title("1. The cron fires for the first time"), ...runLines(scene.runs, colours)];
    case "events":
      return [
        "",
        `  The newest ${scene.newest.length} of ${
          count(scene.count, "event")
        } from GET ${scene.path}`,
        "",
        eventTable(scene.newest, colours),
      ];
    case "cursor":
      return ["", ...cursorLines(scene.cursor, scene.label)];
    case "second":
      return [
        "",
        title(`2. ${count(scene.added, "new change")}, and the cron fires again`),
        "  Two of them are identical, in the same second; one appears 10 minutes late.",
        ...runLines(scene.runs, colours),
      ];
    case "misbehaving":
      return [
        "",
        title(`3. ${count(scene.added, "new change")}, and trouble on the way`),
        ...scene.misbehaviour.map(({ label, does }) => `  ${label} ${does}.`),
        ...runLines(scene.runs, colours),
      ];
    case "idle":
      return [
        "",
        title("4. Nothing has changed, and the cron fires again"),
        ...runLines(scene.runs, colours),
      ];
  }
}

function runLines(runs: readonly Run[], colours: Colours): string[] {
  return runs.length === 1 ? inWords(runs[0], colours) : [inTable(runs, colours)];
}

const COLUMNS: readonly TableColumn[] = [
  { title: "", width: 2 },
  { title: "Destination", width: NAME_WIDTH },
  { title: "Delivered", width: 9, align: "right" },
  { title: "Requests", width: 8, align: "right" },
  { title: "Has", width: 6, align: "right" },
  { title: "Missing", width: 7, align: "right" },
  { title: "Repeated", width: 8, align: "right" },
  { title: "Unknown", width: 7, align: "right" },
];

function inTable(runs: readonly Run[], colours: Colours): string {
  const rows = runs.map(({ label, report, proof }) => [
    ...[holds(proof) ? "ok" : "!!", label, number(report.delivered)],
    ...[total(report.requests), number(proof.inDestination)],
    ...[proof.missing, proof.repeated, proof.unknown],
  ]);
  return drawTable(COLUMNS, rows, colours);
}

function inWords({ label, report, proof }: Run, colours: Colours): string[] {
  const { lateArrivals, twins } = report;
  const special = [
    ...(lateArrivals > 0 ? [`${number(lateArrivals)} late`] : []),
    ...(twins > 0 ? [count(twins, "twin")] : []),
  ];
  const delivered = colours.bold(count(report.delivered, "event"));
  return [
    `  read ${count(report.recordsRead, "record")} and delivered ${delivered}` +
    `${special.length > 0 ? ` (${special.join(", ")})` : ""}` +
    `${report.delivered > 0 ? ` in ${count(report.batches, "batch", "batches")}` : ""}, ` +
    `in ${number(report.durationMs)} ms`,
    `  ${count(total(report.requests), "request")}: ${requests(report.requests)}`,
    proofLine(label, proof, colours),
  ];
}

function proofLine(label: string, proof: Proof, colours: Colours): string {
  const text = `LivePerson shows ${number(proof.inLivePerson)}, ${label} has ` +
    `${number(proof.inDestination)}: ${number(proof.missing)} missing, ` +
    `${number(proof.repeated)} repeated, ${number(proof.unknown)} unknown`;
  return holds(proof) ? `  ${colours.green("ok")} ${text}` : bad(text, colours);
}

function cursorLines(
  { newest, watermark, revision, bytes, key }: StoredCursor,
  label: string | null,
): string[] {
  const stand = newest === null
    ? "No event has been delivered yet."
    : `The cursor is at ${dayAndTime(newest)} UTC: everything up to then is delivered.`;
  return [
    ...(label === null ? [] : [`  Each destination has its own cursor. For ${label}:`]),
    `  ${stand}`,
    `  Late events are still accepted if they are from ${dayAndTime(watermark)} or later.`,
    `  It is revision ${number(revision)}, ${number(bytes)} bytes, in KV as ${key}`,
  ];
}

function bad(text: string, colours: Colours): string {
  return `  ${colours.red("NOT AS EXPECTED")} ${text}`;
}
