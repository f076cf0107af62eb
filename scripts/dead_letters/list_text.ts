/**
 * Refused events as text for people: by reason, one per line; those that were named, with their content.
 * Pure.
 */
import {
  inTotal,
  type LetterGroup,
  toldLetters,
} from "../../src/collector/records/letter_choice.ts";
import type { ListedLetter } from "../../src/collector/records/listed_letter.ts";
import { count, dayAndTime, number, size } from "../../src/format.ts";
import { printable } from "../../src/printable.ts";
import { iso } from "../../src/engine/time.ts";
import type { Colours } from "../cli/colours.ts";
import { drawTable, fitColumns, type TableColumn } from "../cli/table.ts";
import type { LetterList } from "./list_letters.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "When", width: 15, whole: true },
  { title: "Who", width: 30 },
  { title: "What", width: 30 },
  { title: "Object", width: 40 },
  { title: "Size", width: 9, align: "right", whole: true },
  { title: "Event id", width: 64, whole: true },
];

/** `name`: what the pipeline is called. `width`: of the terminal. */
export function listText(list: LetterList, name: string, width: number, colours: Colours): string {
  const { count: all, groups, letters, isWhole } = list;
  const title = colours.bold(`${name}: ${toldLetters(all, inTotal(groups)[1])}`);
  if (isWhole) return [title, ...letters.map((one) => wholeText(one, colours))].join("\n");
  const columns = fitColumns(COLUMNS, letters.map(rowOf), width);
  const sections = groups.map((group) => {
    const rows = letters.filter(({ reason }) => reason === group.reason).map(rowOf);
    const table = rows.length === 0 ? [] : [drawTable(columns, rows, colours)];
    return ["", groupText(group), ...table].join("\n");
  });
  const rest = letters.length < all
    ? [`\n${number(letters.length)} of ${number(all)} are listed.`]
    : [];
  return [title, ...sections, ...rest].join("\n");
}

function groupText({ letters, dead, status, reason }: LetterGroup): string {
  return `${toldLetters(letters, dead)}, ${toldStatus(status)}: ${printable(reason)}`;
}

function rowOf({ timeMs, who, what, object, bytes, eventId }: ListedLetter): readonly unknown[] {
  return [dayAndTime(iso(timeMs)), who, what, object, size(bytes), eventId];
}

function wholeText(letter: ListedLetter, colours: Colours): string {
  const { eventId, timeMs, who, what, object, status, reason, bytes, refusedAt } = letter;
  const fields: [string, string][] = [
    ["When", dayAndTime(iso(timeMs))],
    ["Who", who ?? "not known"],
    ["What", what ?? "not known"],
    ["Object", object ?? "not known"],
    ["Reason", `${toldStatus(status)}: ${reason}`],
    ["Size", size(bytes)],
    ["Refused", `${dayAndTime(refusedAt)}, ${toldTries(letter)}`],
  ];
  return [
    colours.bold(printable(eventId)),
    ...fields.map(([field, text]) => `  ${field.padEnd(9)}${printable(text)}`),
    contentText(letter.json),
  ].join("\n");
}

function toldTries({ tries, dead }: ListedLetter): string {
  return `${count(tries, "try", "tries")} by runs${dead ? " as a dead letter" : ""}`;
}

/** The JSON over several lines, each printable. */
function contentText(json: string): string {
  const text = JSON.stringify(JSON.parse(json), null, 2);
  return text.split("\n").map((line) => `  ${/^ */.exec(line)![0]}${printable(line.trimStart())}`)
    .join("\n");
}

function toldStatus(status: number | null): string {
  if (status === null) return "too large to be sent";
  return status === 0 ? "not sent yet" : `answered ${status}`;
}
