/** Shows the collector's log in a script: warnings and errors, in words. Run reports are shown elsewhere. */
import type { LogLine } from "../../src/collector/platform.ts";

/** `say` prints a line. */
export function scriptLog(say: (line: string) => void): (line: LogLine) => void {
  return ({ level, message }) => {
    if ((level !== "warn" && level !== "error") || typeof message !== "string") return;
    say(`${level === "error" ? "error" : "warning"}: ${message}`);
  };
}
