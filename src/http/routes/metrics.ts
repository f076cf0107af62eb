/** `/metrics`: all accounts in one scrape, in the requested format. */
import { chooseAccount } from "../../collector/fleet.ts";
import { VERSION } from "../../version.ts";
import { TOKEN } from "../auth/bearer.ts";
import { CONTENT_TYPES, expose } from "../metrics/exposition.ts";
import { type Measured, toFamilies } from "../metrics/families.ts";
import { text } from "../routing/reply.ts";
import { type Asked, defineRoute } from "../routing/route.ts";
import { Text } from "../routing/schemas.ts";
import { ACCOUNT, type NamedAccount } from "./accounts.ts";
import { CURL } from "./examples.ts";
import { ASKED } from "./problem_codes.ts";

export const getMetrics = defineRoute({
  id: "getMetrics",
  method: "GET",
  path: "/metrics",
  access: TOKEN,
  summary: "Metrics for Prometheus",
  words: "Metrics of all accounts, or of the one that is named, in OpenMetrics text; or in the " +
    "older text format if `Accept` asks for `text/plain`.",
  arguments: ACCOUNT,
  examples: [`${CURL} "$URL/metrics"`],
  answers: {
    200: {
      words: "The metrics.",
      content: { "application/openmetrics-text": [Text], "text/plain": [Text] },
    },
  },
  problems: ASKED,
  handle: async (asked) => {
    const families = toFamilies(await measureEach(asked), VERSION);
    const type = asked.preferred(["application/openmetrics-text", "text/plain"]);
    const format = type === "text/plain" ? "classic" : "openmetrics";
    return text(type, expose(families, format), { "Content-Type": CONTENT_TYPES[format] });
  },
});

/** A collector that can't answer is reported as such, and doesn't fail the scrape. */
async function measureEach({ args, connect }: Asked<NamedAccount>): Promise<Measured[]> {
  const collectors = connect();
  const ids = args.account === undefined
    ? collectors.ids
    : [chooseAccount(collectors.ids, args.account)];
  const outcomes = args.account === undefined
    ? await collectors.all("measures")
    : [await collectors.of(ids[0]).measures()];
  return outcomes.map((outcome, i) => ({
    account: ids[i],
    measures: outcome.ok ? outcome.value : null,
  }));
}
