/** Writes the log to the console: one line of JSON for each event. */
import type { LogLine } from "./platform.ts";

export function writeLog(line: LogLine): void {
  const { level, ...rest } = line;
  const text = JSON.stringify({ time: new Date().toISOString(), level, ...rest });
  if (level === "error") console.error(text);
  else console.log(text);
}
