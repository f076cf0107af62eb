/** What the host can start without, and what does not work then. Pure. */
import { neededNames } from "../destinations/advice.ts";
import { KINDS } from "../destinations/catalog.ts";
import { tokensIn } from "../http/auth/tokens.ts";
import type { LogLine } from "../collector/platform.ts";
import { listPipelines } from "../pipelines/pipelines.ts";

/** A line for each thing that is missing. The variables name at least one account. */
export function missing(variables: Readonly<Record<string, string | undefined>>): LogLine[] {
  const lines: LogLine[] = [];
  const tokens = tokensIn(variables);
  if ("code" in tokens) {
    const message = `${tokens.why.slice(0, -1)}: all routes are closed, except GET /healthz.`;
    lines.push({ level: "warn", event: "token_missing", message });
  }
  const accounts = listPipelines(variables, "deno")
    .filter(({ pipeline }) => pipeline.destination === null).map(({ pipeline }) =>
      pipeline.account
    );
  if (accounts.length > 0) {
    const message = "These accounts have no destination, so nothing is collected for them: set " +
      `${KINDS.map(neededNames).filter((names) => names !== "").join(", or ")}.`;
    lines.push({ level: "error", event: "destination_missing", accounts, message });
  }
  return lines;
}
