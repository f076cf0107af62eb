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
      "The published cursor is missing or differs from the journal's. The journal's is " +
      "published again.";
    platform.log({ level: "warn", event: "cursor_republished", runId, message });
  }
  if (found === "adopted") {
    const message =
      "The journal is empty. Collecting continues from the published cursor, which may be " +
      "a few batches old: events since then are delivered again, with the same event_id.";
    platform.log({ level: "warn", event: "cursor_adopted", runId, message });
  }
}

export function tellOfRun(report: RunReport, failure: unknown, { platform }: RunContext): void {
  const { runId } = report;
  if (report.sourceBehind) {
    const message =
      "The audit API shows fewer events than before, as a replica that is behind does. " +
      "Runs wait for it to catch up; after half an hour, they accept what it shows.";
    platform.log({ level: "warn", event: "source_behind", runId, message });
  }
  if (report.outcome === "interrupted") {
    platform.log({ level: "info", event: "run_interrupted", ...report });
    return;
  }
  if (report.outcome === "ok") {
    platform.log({ level: "info", event: "run_ended", ...report });
    return;
  }
  const thrownAt = report.problem?.code === "internal" ? whereThrown(failure) : undefined;
  platform.log({ level: "error", event: "run_failed", ...report, thrownAt });
}
