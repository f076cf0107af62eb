/** Writes the log to the console: one line of JSON for each event. */
import { labelsOf, type Pipeline } from "../pipelines/pipeline.ts";
import type { LogLine } from "./platform.ts";

/** The log of one pipeline: each line has its account and destination. */
export function logOf(
  pipeline: Pipeline,
  log: (line: LogLine) => void,
): (line: LogLine) => void {
  return ({ level, event, ...rest }) => log({ level, event, ...labelsOf(pipeline), ...rest });
}

export function writeLog(line: LogLine): void {
  const { level, ...rest } = line;
  const text = JSON.stringify({ time: new Date().toISOString(), level, ...rest });
  if (level === "error") console.error(text);
  else console.log(text);
}
