/** Which settings are secret, and how a text is redacted. Pure. */
import { ACCOUNT_LISTS } from "../../src/pipelines/accounts.ts";
import { SETTING_ROWS } from "../../src/pipelines/settings.ts";
import type { Variables } from "../cli/settings_file.ts";

const SECRET_NAMES = SETTING_ROWS.filter(({ secret }) => secret).map(({ name }) => name);

/** The values of all secrets, including those of listed accounts. */
export function secretValues(variables: Variables): readonly string[] {
  const own = SECRET_NAMES.map((name) => variables[name]);
  const values = [...own, ...ACCOUNT_LISTS.flatMap((name) => listed(variables[name]))];
  return values.filter((value) => typeof value === "string")
    .flatMap((value) => [value.trim(), encodeURIComponent(value.trim())])
    .filter((value) => value !== "");
}

/** The text with `***` in place of each secret. */
export function redact(text: string, secrets: readonly string[]): string {
  // the longest first: one may be part of another
  const ordered = [...secrets].sort((a, b) => b.length - a.length);
  return ordered.reduce((safe, secret) => safe.replaceAll(secret, "***"), text);
}

function listed(json: string | undefined): string[] {
  try {
    const accounts = JSON.parse(json ?? "[]");
    return accounts.flatMap((account: Record<string, unknown>) =>
      SECRET_NAMES.map((name) => account[name]).filter((value) => typeof value === "string")
    );
  } catch {
    return []; // not a list: nothing of it is used
  }
}
