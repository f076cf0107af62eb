/** What the collector logs, as a script shows it: warnings and errors in words; a run's report is shown by others. */
import type { LogLine } from "../../src/collector/platform.ts";

/** `say` prints a line. */
export function scriptLog(say: (line: string) => void): (line: LogLine) => void {
  return ({ level, message }) => {
    if ((level !== "warn" && level !== "error") || typeof message !== "string") return;
    say(`${level === "error" ? "error" : "warning"}: ${message}`);
  };
}
