/** How HEC's URL may be written, and what tells one collector from another. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { hec } from "../../../src/destinations/hec/kind.ts";
import { eventUrl, healthUrl } from "../../../src/destinations/hec/settings.ts";

const SPLUNK = "https://splunk.example.com:8088";
const LOGSCALE = "https://cloud.example.com/api/v1/ingest/hec";

Deno.test("Splunk's path is added to a URL without one; a path of its own stays", () => {
  for (
    const [given, read] of [
      [SPLUNK, `${SPLUNK}/services/collector/event`],
      [`${SPLUNK}/`, `${SPLUNK}/services/collector/event`],
      [`${SPLUNK}/services/collector/`, `${SPLUNK}/services/collector`],
      [`${SPLUNK}/services/collector/event/1.0`, `${SPLUNK}/services/collector/event/1.0`],
      [LOGSCALE, LOGSCALE],
    ]
  ) assert.equal(eventUrl(given), read);
});

Deno.test("the endpoint for raw text, a query and http are refused", () => {
  const refused = [
    [`${SPLUNK}/services/collector/raw`, /raw text/],
    [`${SPLUNK}/services/collector/raw/1.0`, /raw text/],
    [`${SPLUNK}/services/collector/event?token=t0ken`, /must not contain a query/],
    ["http://splunk.example.com:8088", /must use https/],
    ["splunk.example.com:8088", /must begin with https/],
  ] as const;
  for (const [given, why] of refused) assert.throws(() => eventUrl(given), why);
});

Deno.test("health is asked for beside the endpoint for events", () => {
  for (
    const [given, health] of [
      [SPLUNK, `${SPLUNK}/services/collector/health`],
      [`${SPLUNK}/services/collector`, `${SPLUNK}/services/collector/health`],
      [`${SPLUNK}/proxy/services/collector/event`, `${SPLUNK}/proxy/services/collector/health`],
      [LOGSCALE, "https://cloud.example.com/services/collector/health"],
    ]
  ) assert.equal(healthUrl(eventUrl(given)), health);
});

Deno.test("its identity is the host, a path that is not Splunk's, and the index", () => {
  const identity = (given: Record<string, string>) =>
    hec.identity(v.parse(v.object(hec.settings), { HEC_TOKEN: "t", ...given }));
  assert.equal(identity({}), null);
  for (const path of ["", "/services/collector", "/services/collector/event"]) {
    assert.equal(identity({ HEC_URL: SPLUNK + path }), "splunk.example.com:8088");
  }
  assert.equal(identity({ HEC_URL: SPLUNK, HEC_INDEX: "audit" }), "splunk.example.com:8088#audit");
  assert.equal(identity({ HEC_URL: LOGSCALE }), "cloud.example.com/api/v1/ingest/hec");
});
