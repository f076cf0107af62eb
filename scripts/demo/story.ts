/** The demo's scenes in words. Pure: it returns lines of at most 100 columns. */
import { count, dayAndTime, number } from "../../src/format.ts";
import type { Colours } from "../cli/colours.ts";
import type { Run, Scene, StoredCursor } from "./play.ts";
import { holds, type Proof } from "./proof.ts";
import { eventTable } from "./event_table.ts";
import { requests, total } from "./requests.ts";

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
        `  Worker        ${
          colours.cyan(scene.urls.worker)
        }  the bundle that is deployed, on workerd`,
        `  LivePerson    ${colours.cyan(scene.urls.liveperson)}  simulated, ` +
        `${count(scene.generated, "change")} in the last 3 days`,
        `  Cortex XSIAM  ${colours.cyan(scene.urls.xsiam)}  simulated HTTP log collector`,
        "",
        `  ${number(scene.visible)} of the changes are to be collected; the other ` +
        `${number(scene.generated - scene.visible)} are automatic updates, left out by default.`,
      ];
    case "first":
      return ["", title("1. The cron fires for the first time"), ...runLines(scene.run, colours)];
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
      return ["", ...cursorLines(scene.cursor)];
    case "second":
      return [
        "",
        title(`2. ${count(scene.added, "new change")}, and the cron fires again`),
        "  Two of them are identical, in the same second; one appears 10 minutes late.",
        ...runLines(scene.run, colours),
      ];
    case "idle":
      return [
        "",
        title("3. Nothing has changed, and the cron fires again"),
        ...runLines(scene.run, colours),
      ];
  }
}

function runLines({ report, proof }: Run, colours: Colours): string[] {
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
    proofLine(proof, colours),
  ];
}

function proofLine(proof: Proof, colours: Colours): string {
  const text = `LivePerson shows ${number(proof.inLivePerson)}, XSIAM has ` +
    `${number(proof.inXsiam)}: ${number(proof.missing)} missing, ` +
    `${number(proof.repeated)} repeated, ${number(proof.unknown)} unknown`;
  return holds(proof) ? `  ${colours.green("ok")} ${text}` : bad(text, colours);
}

function cursorLines({ newest, watermark, revision, bytes, key }: StoredCursor): string[] {
  const stand = newest === null
    ? "No event was delivered yet."
    : `The cursor is at ${dayAndTime(newest)} UTC: everything up to then is delivered.`;
  return [
    `  ${stand}`,
    `  Late arrivals are still accepted from ${dayAndTime(watermark)} on.`,
    `  It is revision ${number(revision)}, ${number(bytes)} bytes, in KV as ${key}`,
  ];
}

function bad(text: string, colours: Colours): string {
  return `  ${colours.red("NOT AS EXPECTED")} ${text}`;
}
