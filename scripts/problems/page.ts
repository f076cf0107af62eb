/** docs/problems.md: every code, what it means and what to do, from the tables of the code. Pure. */
import { adviceOf } from "../../src/destinations/advice.ts";
import { KINDS } from "../../src/destinations/catalog.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { REASONS } from "../../src/problems.ts";
import { SCRIPT_REASONS } from "../cli/script_reasons.ts";

const BEGINNING = `# Problems

Every error is a problem as defined in RFC 9457, and is the same in an answer, in the log, in
\`/status\` and from a script with \`--json\`. Programs may rely on its \`code\`; \`detail\` says what was
found this time. \`type\` leads to the explanation: \`/docs#code-…\` is on a page of the collector itself,
which requires the token, and \`docs/problems.md#…\` is on this one. \`deno task problems\` writes this
page.`;

const OF_SCRIPTS = `## Problems of the scripts

Only scripts have these. They have no HTTP status, so \`status\` is 500.`;

export function problemsPage(): string {
  const codes = Object.keys(REASONS) as ErrorCode[];
  return [
    BEGINNING,
    "## Problems of the collector",
    ...codes.map((code) =>
      section(code, ` (HTTP ${REASONS[code].status})`, REASONS[code], ofEach(code))
    ),
    OF_SCRIPTS,
    ...Object.entries(SCRIPT_REASONS).map(([code, reason]) => section(code, "", reason)),
  ].join("\n\n") + "\n";
}

/** What each destination says instead of the words for any; none if all say the same. */
function ofEach(code: ErrorCode): string[] {
  const said = KINDS.map(({ id, label }) => ({ label, action: adviceOf(code, id)?.action ?? "" }));
  if (new Set(said.map(({ action }) => action)).size === 1) return [];
  return said.map(({ label, action }) => `- ${label}: ${plain(action)}`);
}

function section(
  code: string,
  status: string,
  { title, action }: { readonly title: string; readonly action: string },
  each: readonly string[] = [],
): string {
  const advice = each.length === 0 ? plain(action) : `\n\n${each.join("\n")}`;
  return `### \`${code}\`\n\n${plain(title)}${status}.\n\nWhat to do: ${advice}`;
}

/** Text of the code in Markdown: names of settings are code. */
function plain(text: string): string {
  return text.replace(
    /[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[<*_]/g,
    (found) => found.length > 1 ? `\`${found}\`` : `\\${found}`,
  );
}
