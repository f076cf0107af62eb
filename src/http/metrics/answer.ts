/** Answers `/metrics`: all accounts in one scrape, in the format that is asked for. */
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { chooseAccount, type Collectors } from "../../collector/fleet.ts";
import { VERSION } from "../../version.ts";
import { CONTENT_TYPES, expose } from "./exposition.ts";
import { toFamilies } from "./families.ts";

/**
 * A collector that can't answer is told as such; it doesn't fail the scrape.
 * @throws {CollectorError} `arguments_invalid` when `?account=` names none
 */
export async function answerMetrics(c: Context, collectors: Collectors): Promise<Response> {
  const named = c.req.query("account");
  const ids = named === undefined ? collectors.ids : [chooseAccount(collectors.ids, named)];
  const outcomes = named === undefined
    ? await collectors.all("measures")
    : [await collectors.of(ids[0]).measures()];
  const measured = outcomes.map((outcome, i) => ({
    account: ids[i],
    measures: outcome.ok ? outcome.value : null,
  }));
  const wanted = accepts(c, {
    header: "Accept",
    supports: ["application/openmetrics-text", "text/plain"],
    default: "application/openmetrics-text",
  });
  const format = wanted === "text/plain" ? "classic" : "openmetrics";
  return c.body(expose(toFamilies(measured, VERSION), format), 200, {
    "Content-Type": CONTENT_TYPES[format],
  });
}
