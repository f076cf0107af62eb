/** What the Deno host does on schedule. */
import { collectAll } from "../collector/collect_all.ts";
import type { Collectors } from "../collector/fleet.ts";
import type { LogLine } from "../collector/platform.ts";

/** Collects every account. A failure is logged and not thrown, so that the host goes on. */
export async function collectOnSchedule(
  collectors: Collectors,
  log: (line: LogLine) => void,
): Promise<void> {
  try {
    await collectAll(() => collectors, "cron", log);
  } catch (error) {
    log({ level: "error", event: "schedule_failed", message: (error as Error).message });
  }
}
