/**
 * A collection to Elasticsearch that answers in part is killed anywhere. Nothing is lost, and nothing at
 * all comes twice: an event that was delivered before is answered with a conflict.
 */
import assert from "node:assert/strict";
import {
  type ElasticsearchSimulator,
  startElasticsearch,
} from "../../../scripts/simulators/elasticsearch.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../../environment.ts";
import { type Death, killEverywhere, live } from "../killed.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const API_KEY = "a2V5LWlkOmtleQ==";
const EVENTS = 7;
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

Deno.test("killed at any I/O operation, a collection to Elasticsearch loses nothing and repeats nothing", async () => {
  const answers = new Set<number>();
  const operations = await killEverywhere(async (death?: Death) => {
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
    const settings = {
      ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
      ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: API_KEY },
    };
    const life = await live(environment, settings, NOW, death);
    const kept = [...life.storage.local.keys()].filter((key) => key.startsWith("dead-letter/"));
    assert.equal(kept.length, 1, "the poison is kept");
    assert.equal(simulator.documents.length, EVENTS - 1, "every other event is there, once");
    assert.equal(simulator.ids.size, EVENTS - 1);
    for (const { items } of simulator.requests) for (const status of items) answers.add(status);
    return life;
  });
  assert.ok(operations > 25, `${operations} operations`);
  assert.deepEqual(
    [...answers].sort(),
    [201, 400, 409, 429],
    "it answers in part, and knows repeats",
  );
});

Deno.test("after a rollover in between, what was not committed comes twice, with the same id", async () => {
  let most = 0;
  await killEverywhere(async (death?: Death) => {
    await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
    await using simulator = await startElasticsearch({ credentials: { apiKey: API_KEY } });
    environment.livePerson.add([changeAt(NOW - 20 * MINUTE_MS), changeAt(NOW - 10 * MINUTE_MS)]);
    const settings = {
      ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
      ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: API_KEY },
    };
    const life = await live(environment, settings, NOW, death, () => simulator.rollOver());
    assert.equal(simulator.ids.size, 2, "nothing is lost");
    most = Math.max(most, ...simulator.ids.values());
    return life;
  });
  assert.equal(most, 2);
});
