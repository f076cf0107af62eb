/**
 * Elasticsearch's `filter_path`: of an answer, only what lies at one of the paths. `*` stands for any one
 * name, and lists are passed through. Pure.
 */
export function filtered(answer: unknown, filterPath: string | null): unknown {
  if (filterPath === null) return answer;
  return at(answer, filterPath.split(",").map((path) => path.split("."))) ?? {};
}

function at(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const kept = value.map((item) => at(item, paths)).filter((item) => item !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const further = paths.filter(([first]) => first === name || first === "*")
      .map((path) => path.slice(1));
    const kept = further.length > 0 ? at(inner, further) : undefined;
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
