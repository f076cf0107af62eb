/**
 * A collection to Elasticsearch that answers in part is killed before and after each of its I/O
 * operations, and continued by a new process. Nothing is lost, and nothing at all comes twice: an event
 * that was delivered before is answered with a conflict.
 */
import assert from "node:assert/strict";
import {
  type ElasticsearchSimulator,
  startElasticsearch,
} from "../../../scripts/simulators/elasticsearch.ts";
import { collectorIn } from "../../collector/collector_in.ts";
import { mortalHost, newStorage, type Storage } from "../../collector/mortal_host.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../../environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const API_KEY = "a2V5LWlkOmtleQ==";
const EVENTS = 12;
const POISON = "value 5";
/** Five of them fill a batch. */
const LONG_VALUE = "x".repeat(900_000);

/** The poison is refused; of the others, each third is too much at first. */
function answerInPart(simulator: ElasticsearchSimulator): void {
  const seen = new Set<string>();
  simulator.itemError = (document) => {
    const { new_value: value } = (document.liveperson as Record<string, Record<string, string>>)
      .audit;
    if (value === POISON) return { status: 400, type: "document_parsing_exception" };
    const isNew = !seen.has(value);
    seen.add(value);
    return isNew && Number(value.split(" ")[1]) % 3 === 0
      ? { status: 429, type: "es_rejected_execution_exception" }
      : undefined;
  };
}

async function live(dieAt?: { operation: number; when: "before" | "after" }) {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  await using simulator = await startElasticsearch({ credentials: { apiKey: API_KEY } });
  environment.livePerson.add(
    Array.from(
      { length: EVENTS },
      (_, i) =>
        changeAt(NOW - (120 - i) * MINUTE_MS, { oldValue: LONG_VALUE, newValue: `value ${i}` }),
    ),
  );
  answerInPart(simulator);
  const collectorOn = (storage: Storage, nowMs: number, die?: typeof dieAt) => {
    const host = mortalHost(storage, () => nowMs, die);
    const collector = collectorIn(environment, host, {
      ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
      ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: API_KEY },
    });
    return { host, collector };
  };
  const storage = newStorage();
  const first = collectorOn(storage, NOW, dieAt);
  await first.collector.collect("cron").catch(() => {});
  for (let run = 0; run < 5; run++) {
    const report = await collectorOn(storage, NOW + MINUTE_MS).collector.collect("cron");
    assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
    if (!report.more && report.delivered === 0) break;
  }
  const letters = [...storage.local.keys()].filter((key) => key.startsWith("dead-letter/"));
  assert.equal(letters.length, 1, "the poison is kept");
  assert.equal(simulator.documents.length, EVENTS - 1, "every other event is there, once");
  assert.equal(simulator.ids.size, EVENTS - 1);
  return { operations: first.host.operations, requests: simulator.requests };
}

Deno.test("killed at any I/O operation, a collection to Elasticsearch loses nothing and repeats nothing", async () => {
  const { operations, requests } = await live();
  assert.ok(operations.length > 25, `${operations.length} operations`);
  const answers = new Set(requests.flatMap(({ items }) => items));
  assert.deepEqual([...answers].sort(), [201, 400, 429], "it answers in part");
  let conflicts = 0;
  for (const operation of operations.keys()) {
    for (const when of ["before", "after"] as const) {
      const after = await live({ operation, when }).catch((error) => {
        throw new Error(`killed ${when} ${operations[operation]} (#${operation})`, {
          cause: error,
        });
      });
      conflicts += after.requests.flatMap(({ items }) => items).filter((status) => status === 409)
        .length;
    }
  }
  assert.ok(conflicts > 0, "some were sent twice");
});
