/** What goes to the failure store is counted in every part of a run, not only in the live one. */
import assert from "node:assert/strict";
import { startElasticsearch } from "../../../scripts/simulators/elasticsearch.ts";
import { collectorIn } from "../../collector/collector_in.ts";
import { mortalHost, newStorage } from "../../collector/mortal_host.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../../environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const API_KEY = "a2V5LWlkOmtleQ==";

Deno.test("altered events are counted live, in reconciliation and in a backfill", async () => {
  let nowMs = NOW;
  await using environment = await openEnvironment({ livePerson: { now: () => nowMs } });
  await using simulator = await startElasticsearch({
    ...{ credentials: { apiKey: API_KEY }, failureStore: true },
    itemError: () => ({ status: 400, type: "document_parsing_exception" }),
  });
  const storage = newStorage();
  const settings = {
    ...{ XSIAM_URL: "", XSIAM_API_KEY: "", FIRST_FETCH: "1 day" },
    ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: API_KEY },
  };
  const collectorAt = (timeMs: number) => {
    nowMs = timeMs;
    return collectorIn(environment, mortalHost(storage, () => nowMs), settings);
  };
  const { livePerson } = environment;
  livePerson.add([changeAt(NOW - 5 * DAY_MS), changeAt(NOW - HOUR_MS)]);
  const live = await collectorAt(NOW).collect("cron");
  assert.deepEqual([live.delivered, live.altered], [1, 1]);

  const range = { fromMs: NOW - 6 * DAY_MS, toMs: NOW - 4 * DAY_MS };
  await collectorAt(NOW + MINUTE_MS).startBackfill(range);
  const backfill = await collectorAt(NOW + MINUTE_MS).collect("cron");
  assert.deepEqual([backfill.delivered, backfill.altered], [0, 1]);

  livePerson.add([changeAt(NOW - 2 * HOUR_MS)]); // too late for the live part
  await collectorAt(NOW + HOUR_MS).collect("cron");
  const reconciled = await collectorAt(NOW + DAY_MS).collect("cron");
  assert.deepEqual([reconciled.reconciliation?.found, reconciled.altered], [1, 1]);
  const { health } = await collectorAt(NOW + DAY_MS).status();
  assert.equal(health.totals.altered, 3);
  assert.equal(simulator.failures.length, 3);
});
