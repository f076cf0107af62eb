/**
 * Which secrets can unlock the letters: those that nobody can guess. Whoever has a copy of the store can try
 * as many guesses as they like, so one secret that a person made up would open everything. Pure.
 */
import { kindOf } from "../../destinations/catalog.ts";
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import { FEWEST_TOKEN_CHARACTERS, plainToken } from "../../settings/token_list.ts";
import type { NamedSecret } from "./letter_seal.ts";

/** What is shorter is not used, whoever made it: LivePerson's own are longer. */
const FEWEST_CHARACTERS = 20;

/** LivePerson's secret, the generated ones of the destination, and the API token; several, if there are. */
export function letterSecrets(settings: PipelineSettings): readonly NamedSecret[] {
  const { LIVEPERSON_CLIENT_SECRET, API_TOKEN, pipeline } = settings;
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const generated = kindOf(pipeline.destination?.kind)?.generatedSecrets ?? [];
  const others = [
    ...generated.map((name) => ({ name, value: first(values[name]), fewest: FEWEST_CHARACTERS })),
    { name: "API_TOKEN", value: plainToken(API_TOKEN), fewest: FEWEST_TOKEN_CHARACTERS },
  ];
  return [
    ["LIVEPERSON_CLIENT_SECRET", LIVEPERSON_CLIENT_SECRET],
    ...others.flatMap(({ name, value, fewest }): NamedSecret[] =>
      value !== undefined && value.length >= fewest ? [[name, value]] : []
    ),
  ];
}

/** A setting may have several: the first one is the newest. */
function first(value: unknown): string | undefined {
  const [text] = [value].flat();
  return typeof text === "string" ? text : undefined;
}
