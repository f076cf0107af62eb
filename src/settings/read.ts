/**
 * Reads a table of settings from variables. Pure. All invalid settings are reported at once, by name and
 * never with a value.
 */
import * as v from "valibot";
import { CollectorError } from "../errors.ts";

type Variables = Readonly<Record<string, unknown>>;

/** The named settings that are set: non-empty texts, and objects such as a binding. */
export function givenSettings(names: readonly string[], variables: Variables): Variables {
  return Object.fromEntries(
    names.map((name) => [name, variables[name]])
      .filter(([, value]) => typeof value === "string" ? value.trim() !== "" : isObject(value)),
  );
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/**
 * Reads the settings. `contradictions`: what is wrong with a combination of settings that are each valid.
 * @throws {CollectorError} `configuration_invalid`, naming every bad setting
 */
export function readTable<Table extends v.ObjectEntries>(
  table: v.ObjectSchema<Table, undefined>,
  given: Variables,
  contradictions: readonly string[],
): v.InferOutput<v.ObjectSchema<Table, undefined>> {
  const result = v.safeParse(table, given);
  const problems = (result.issues ?? []).map((issue) => {
    const name = v.getDotPath(issue) ?? "";
    return `${name} ${name in given ? issue.message : "is not set"}`;
  });
  problems.push(...contradictions);
  if (result.success && problems.length === 0) return result.output;
  throw new CollectorError("configuration_invalid", {
    detail: [...new Set(problems)].map((problem) => `${problem}.`).join(" "),
  });
}

/** For settings that only work together: the ones that are missing although another is set. */
export function incomplete(names: readonly string[], given: Variables): string[] {
  const set = names.filter((name) => name in given);
  if (set.length === 0) return [];
  return names.filter((name) => !set.includes(name))
    .map((name) => `${name} is not set, but ${set[0]} is`);
}
