/** `/metrics`: all pipelines in one scrape, in the requested format. */
import { VERSION } from "../../version.ts";
import { READ_TOKEN } from "../auth/bearer.ts";
import { CONTENT_TYPES, expose } from "../metrics/exposition.ts";
import { type Measured, toFamilies } from "../metrics/families.ts";
import { text } from "../routing/reply.ts";
import { defineRoute } from "../routing/route.ts";
import { Text } from "../routing/schemas.ts";
import { CURL } from "./examples.ts";
import { type Meant, meant, PIPELINE } from "./pipelines.ts";
import { ASKED } from "./problem_codes.ts";

export const getMetrics = defineRoute({
  id: "getMetrics",
  method: "GET",
  path: "/metrics",
  access: READ_TOKEN,
  summary: "Metrics for Prometheus",
  words: "Metrics of all accounts and destinations, or of those that are named, in OpenMetrics " +
    "text; or in the older text format if `Accept` asks for `text/plain`.",
  arguments: PIPELINE,
  examples: [`${CURL} "$URL/metrics"`],
  answers: {
    200: {
      words: "The metrics.",
      content: { "application/openmetrics-text": [Text], "text/plain": [Text] },
    },
  },
  problems: ASKED,
  handle: async (asked) => {
    const families = toFamilies(await measured(meant(asked)), VERSION, await asked.refusals());
    const type = asked.preferred(["application/openmetrics-text", "text/plain"]);
    const format = type === "text/plain" ? "classic" : "openmetrics";
    return text(type, expose(families, format), { "Content-Type": CONTENT_TYPES[format] });
  },
});

/** A collector that can't answer is reported as such, and doesn't fail the scrape. */
async function measured({ pipelines, ask }: Meant): Promise<Measured[]> {
  const outcomes = await ask("measures");
  return outcomes.map((outcome, i) => ({
    pipeline: pipelines[i],
    measures: outcome.ok ? outcome.value : null,
  }));
}
