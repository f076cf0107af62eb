/** Where the pages of a pipeline are, and what it is called on them. Pure. */
import { ANY_DESTINATION, ANY_DESTINATION_FIRST, kindOf } from "../../destinations/catalog.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";

/** The path, with the pipeline's account and destination. */
export function hrefOf(path: string, pipeline: Pipeline): string {
  const { account, destination } = labelsOf(pipeline);
  const query = new URLSearchParams({ account, ...(destination !== null && { destination }) });
  return `${path}?${query}`;
}

/** The account's id, and its name if it has one. */
export function accountTitle({ account, accountName }: Pipeline): string {
  return accountName === undefined ? account : `${accountName} (${account})`;
}

/** The destination's name. */
export function destinationName({ destination }: Pipeline): string {
  return kindOf(destination?.kind)?.label ?? ANY_DESTINATION;
}

/** The same, at the beginning of a sentence. */
export function destinationNameFirst({ destination }: Pipeline): string {
  return kindOf(destination?.kind)?.label ?? ANY_DESTINATION_FIRST;
}
