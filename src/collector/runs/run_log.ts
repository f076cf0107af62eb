/** What a run writes to the log. Only writes lines. */
import { whereThrown } from "../../errors.ts";
import type { RunReport } from "../health/report.ts";
import type { Opened } from "../records/cursor_store.ts";
import type { RunContext } from "./context.ts";

export function tellThatDisabled(runId: string, { platform }: RunContext): void {
  const message = "FETCH_EVENTS is false: nothing is collected.";
  platform.log({ level: "info", event: "collection_disabled", runId, message });
}

export function tellOfCursor({ found }: Opened, runId: string, { platform }: RunContext): void {
  if (found === "republished") {
    const message =
      "The published cursor is missing or is not the journal's, which counts. It is " +
      "published again.";
    platform.log({ level: "warn", event: "cursor_republished", runId, message });
  }
  if (found === "adopted") {
    const message =
      "The journal is empty. Collecting goes on from the published cursor, which may " +
      "be some batches old: events since then come again, with the same event_id.";
    platform.log({ level: "warn", event: "cursor_adopted", runId, message });
  }
}

export function tellOfRun(report: RunReport, failure: unknown, { platform }: RunContext): void {
  const { runId } = report;
  if (report.sourceBehind) {
    const message =
      "The audit API shows less than it did before, as a replica does that is behind. " +
      "The run waits for it; after half an hour, what it shows counts.";
    platform.log({ level: "warn", event: "source_behind", runId, message });
  }
  if (report.outcome === "ok") {
    platform.log({ level: "info", event: "run_ended", ...report });
    return;
  }
  const thrownAt = report.problem?.code === "internal" ? whereThrown(failure) : undefined;
  platform.log({ level: "error", event: "run_failed", ...report, thrownAt });
}
