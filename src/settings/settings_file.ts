/**
 * A settings file such as `.dev.vars`: what it sets, and which parts are probably mistakes. Pure. dotenv
 * reads it, in wrangler's version, so that a Worker gets the same values. dotenv has no line numbers and
 * skips what it can't read; this file adds both.
 */
import { parse } from "dotenv";
import { closestMatch } from "leven";

export interface SettingsFile {
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly LineProblem[];
}

/** What is wrong with a line. It never shows a value. */
export interface LineProblem {
  /** From 1 on. */
  readonly line: number;
  readonly problem: string;
}

/** One setting with its comment, or lines that set nothing. */
interface Statement {
  readonly line: number;
  readonly text: string;
  /** Undefined if it sets nothing. */
  readonly name?: string;
}

/** A name that differs by this many letters is taken for a typing error. */
const SLIP = 3;

/** `known`: the names that a setting may have. */
export function readSettingsFile(text: string, known: readonly string[]): SettingsFile {
  const problems: LineProblem[] = [];
  const seen = new Set<string>();
  for (const statement of statementsOf(text)) {
    const { line, name } = statement;
    const found = name === undefined
      ? [notASetting(statement)]
      : [...unknown(name, known), ...cutShort(statement, name), ...repeated(name, seen)];
    problems.push(...found.map((problem) => ({ line, problem })));
    if (name !== undefined) seen.add(name);
  }
  return { variables: parse(text), problems };
}

/** The statements, with blank lines and comments left out. */
function statementsOf(text: string): readonly Statement[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n?|\n/);
  const statements: Statement[] = [];
  let end: number;
  for (let at = 0; at < lines.length; at = end) {
    end = at + 1;
    if (/^\s*(#|$)/.test(lines[at])) continue;
    end = at + linesOf(lines.slice(at).join("\n"));
    const statement = lines.slice(at, end).join("\n");
    const [name] = Object.keys(parse(statement));
    const before = statements.at(-1);
    if (name === undefined && before !== undefined && before.name === undefined) {
      statements[statements.length - 1] = { ...before, text: `${before.text}\n${statement}` };
    } else {
      statements.push({ line: at + 1, text: statement, name });
    }
  }
  return statements;
}

/** How many lines the first statement has: several if a quoted value ends on a later line. */
function linesOf(text: string): number {
  const start = /^[^\n=:#'"`]*(?:=|:[^\S\n])[^\S\n]*(?=['"`])/.exec(text)?.[0];
  if (start === undefined) return 1;
  const quote = text[start.length];
  const quoted = new RegExp(
    `^${quote}(?:\\\\${quote}|[^${quote}])*${quote}[^\\S\\n]*(?:#.*)?$`,
    "m",
  );
  const value = quoted.exec(text.slice(start.length))?.[0] ?? "";
  return value.split("\n").length;
}

function notASetting({ text }: Statement): string {
  const lines = text.split("\n").length;
  return lines === 1
    ? "this line is not NAME=value"
    : `this line and those after it, ${lines} in all, are not NAME=value: put a value of several lines ` +
      "in single quotes";
}

function unknown(name: string, known: readonly string[]): string[] {
  if (known.includes(name)) return [];
  const meant = closestMatch(name.toUpperCase(), [...known], { maxDistance: SLIP });
  const guess = meant === undefined ? "" : ` (did you mean ${meant}?)`;
  return [`there is no setting ${name}${guess}`];
}

/** Values that dotenv reads differently from how they look. */
function cutShort({ text }: Statement, name: string): string[] {
  const written = text.slice(text.indexOf(name) + name.length).replace(/^\s*[=:]\s*/, "");
  const value = parse(text)[name];
  if (/^['"`]/.test(value) && value[0] === written[0]) {
    return [`the quoted value of ${name} does not end, or is followed by something`];
  }
  if (/^[^'"`#][^#\n]*(?<=\S)#/.test(written) || /^#\S/.test(written)) {
    return [
      `the value of ${name} ends before the #: put it in single quotes if the # belongs to it`,
    ];
  }
  return [];
}

function repeated(name: string, seen: ReadonlySet<string>): string[] {
  return seen.has(name) ? [`${name} is set above, too: this value counts`] : [];
}
