/** The changelog at a release: its notes, and the heading that gets a version and a date. Pure. */

const UNRELEASED = "## [Unreleased]";

/**
 * What was changed since the last release.
 * @throws {Error} when the changelog has no such heading, or nothing under it
 */
export function notesOf(changelog: string): string {
  const begin = changelog.indexOf(`${UNRELEASED}\n`);
  if (begin === -1) throw new Error(`CHANGELOG.md has no heading "${UNRELEASED}".`);
  const rest = changelog.slice(begin + UNRELEASED.length);
  const end = rest.search(/\n## \[/);
  const notes = (end === -1 ? rest : rest.slice(0, end)).trim();
  if (notes === "") throw new Error(`CHANGELOG.md has nothing under "${UNRELEASED}".`);
  return notes;
}

/** The changelog with what was unreleased under a version. `date`: ISO 8601, without a time. */
export function withRelease(changelog: string, version: string, date: string): string {
  return changelog.replace(`${UNRELEASED}\n`, `${UNRELEASED}\n\n## [${version}] - ${date}\n`);
}

/** Is a version newer than another? Both are three numbers. */
export function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  const at = a.findIndex((part, i) => part !== b[i]);
  return at !== -1 && a[at] > b[at];
}
