/**
 * `DEBUG_TRACE`: a log line for each request to another service, for at most an hour from when it was
 * switched on, so that it can't be forgotten.
 */
import { HOUR_MS, iso } from "../../engine/time.ts";
import type { Settings } from "../../pipelines/settings.ts";
import type { TracedAttempt } from "../../upstream/upstream.ts";
import type { Platform } from "../platform.ts";

const KEY = "trace-until";

/** What to do with a traced attempt; undefined when nothing is to be traced. */
export type Trace = ((attempt: TracedAttempt) => void) | undefined;

export async function openTrace(
  settings: Settings,
  platform: Platform,
  runId: string,
): Promise<Trace> {
  const stored = await platform.local.get(KEY);
  if (!settings.DEBUG_TRACE) {
    if (stored !== null) await platform.local.delete(KEY);
    return undefined;
  }
  const untilMs = stored === null ? platform.now() + HOUR_MS : Date.parse(stored);
  if (stored === null) await platform.local.put(KEY, iso(untilMs));
  if (platform.now() >= untilMs) {
    const message =
      "DEBUG_TRACE was on for an hour and is off now. For another hour, set it to false and to true again.";
    platform.log({ level: "warn", event: "trace_ended", runId, message });
    return undefined;
  }
  return (attempt) =>
    platform.log({ level: "debug", event: "upstream_request", runId, ...attempt });
}
