/** Where the pages of a pipeline are, and what it is called on them. Pure. */
import { ANY_DESTINATION, ANY_DESTINATION_FIRST, kindOf } from "../../destinations/catalog.ts";
import { printable } from "../../printable.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";

/** The path, with the pipeline's account and destination. */
export function hrefOf(path: string, pipeline: Pipeline): string {
  const { account, destination } = labelsOf(pipeline);
  const query = new URLSearchParams({ account, ...(destination !== null && { destination }) });
  return `${path}?${query}`;
}

/** The account's id, and its name if it has one. Whatever the name is, it changes nothing beside it. */
export function accountTitle({ account, accountName = "" }: Pipeline): string {
  const name = printable(accountName).trim();
  return name === "" ? account : `${isolated(name)} (${account})`;
}

/** Letters that are written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** A text that keeps its direction to itself, also in titles and labels, where there are no elements. */
function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** The destination's name. */
export function destinationName({ destination }: Pipeline): string {
  return kindOf(destination?.kind)?.label ?? ANY_DESTINATION;
}

/** The same, at the beginning of a sentence. */
export function destinationNameFirst({ destination }: Pipeline): string {
  return kindOf(destination?.kind)?.label ?? ANY_DESTINATION_FIRST;
}
