/**
 * A backlog to Elasticsearch, from the deployable bundle on workerd: it answers in part, and nothing is
 * lost or comes twice; and what it says of single events is told.
 */
import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { startElasticsearch } from "../../scripts/simulators/elasticsearch.ts";
import { ACCOUNT, change, DAY_MS, openEnvironment, SECRETS } from "../environment.ts";
import { LEAN, startWorkerIn } from "./worker_in.ts";

const API_KEY = "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6c2VjcmV0";
const EVENTS = 5000;

/** A Worker whose only destination is a simulated Elasticsearch, until the test ends. */
async function openStage() {
  await using opened = new AsyncDisposableStack();
  const environment = opened.use(await openEnvironment(LEAN));
  const simulator = opened.use(await startElasticsearch({ credentials: { apiKey: API_KEY } }));
  const worker = opened.use(
    await startWorkerIn(environment, {
      settings: {
        ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
        ...{ ELASTICSEARCH_URL: simulator.url, ELASTICSEARCH_API_KEY: API_KEY },
      },
    }),
  );
  const running = opened.move();
  return {
    ...{ environment, simulator, worker },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

type Stage = Awaited<ReturnType<typeof openStage>>;

/** Each event is there, once, under its own id. */
function assertStoredOnce({ simulator }: Stage, events: number): void {
  assert.equal(simulator.documents.length, events);
  assert.equal(simulator.ids.size, events);
}

/** Is an event among the share of those that are chosen? By its id, which is a hash. */
function isChosen({ event }: Readonly<Record<string, unknown>>, share: number): boolean {
  return parseInt((event as { id: string }).id.slice(0, 6), 16) / 2 ** 24 < share;
}

Deno.test("a backlog arrives whole and once, however much Elasticsearch sends back for later", async () => {
  await using stage = await openStage();
  const { environment, simulator, worker } = stage;
  const now = Date.now();
  environment.livePerson.add(generateRecords({
    ...{ seed: 5, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: now - 2 * DAY_MS, toMs: now - DAY_MS },
  }));
  // a third is too much at the first try of it, and a tenth once more
  const tries = new Map<string, number>();
  simulator.itemError = (document) => {
    const { id } = document.event as { id: string };
    const times = (tries.get(id) ?? 0) + 1;
    tries.set(id, times);
    const isBusy = times === 1 ? isChosen(document, 1 / 3) : times === 2 && isChosen(document, 0.1);
    return isBusy ? { status: 429, type: "es_rejected_execution_exception" } : undefined;
  };
  simulator.faults.when("push", (n) => [undefined, { status: 503 }, { drop: "after" as const }][n]);
  assert.deepEqual(await worker.collectToRest(), []);
  assertStoredOnce(stage, EVENTS);
  assert.ok(simulator.requests.some(({ items }) => items.includes(409)), "some were sent twice");
  const { state, undelivered, health } = (await worker.ask("/status")).body;
  assert.deepEqual(
    [state, undelivered],
    ["healthy", { deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 0, total: 0 }],
  );
  assert.equal(health.totals.delivered, EVENTS);
  const said = worker.logs.join("\n");
  assert.ok(!said.includes(API_KEY) && !said.includes(SECRETS.LIVEPERSON_CLIENT_SECRET));
});

Deno.test("what goes to the failure store counts as delivered, and is shown wherever a run is", async () => {
  await using stage = await openStage();
  const { environment, simulator, worker } = stage;
  simulator.failureStore = true;
  simulator.itemError = ({ organization }) =>
    organization === undefined ? undefined : { status: 400, type: "document_parsing_exception" };
  environment.livePerson.add([change(), change()]);
  const { status, body } = await worker.ask("/collect", "POST");
  assert.equal(status, 200);
  assert.deepEqual([body.delivered, body.deadLettered, body.altered], [2, 0, 2]);
  assert.equal(simulator.failures.length, 2);
  const { health } = (await worker.ask("/status")).body;
  assert.deepEqual([health.totals.altered, health.lastRun.altered], [2, 2]);
  const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const metrics = await (await worker.fetch("/metrics", { headers })).text();
  assert.match(metrics, /^liveperson_collector_events_altered_total\{.*\} 2$/m);
});

Deno.test("a right that is lost half-way fails the run, gives nothing up, and what was taken stays", async () => {
  await using stage = await openStage();
  const { environment, simulator, worker } = stage;
  const changes = Array.from({ length: 40 }, () => change());
  environment.livePerson.add(changes);
  simulator.itemError = (document) =>
    isChosen(document, 0.5) ? { status: 403, type: "security_exception" } : undefined;
  for (const _ of [1, 2]) {
    const { body } = await worker.ask("/collect", "POST");
    assert.equal(body.code, "destination_unauthorized");
  }
  assert.ok(simulator.documents.length > 5 && simulator.documents.length < 35);
  const { undelivered } = (await worker.ask("/status")).body;
  assert.deepEqual(undelivered, {
    deadLetters: 0,
    setAside: 0,
    gaps: 0,
    stalledBackfills: 0,
    total: 0,
  });

  simulator.itemError = undefined;
  assert.deepEqual(await worker.collectToRest(), []);
  assertStoredOnce(stage, changes.length);
});

Deno.test("an event that the mapping refuses is a dead letter by itself, and quotes nothing in the log", async () => {
  await using stage = await openStage();
  const { environment, simulator, worker } = stage;
  const changes = Array.from({ length: 9 }, (_, i) => change({ newValue: `value-${i}` }));
  environment.livePerson.add(changes);
  simulator.itemError = ({ liveperson }) =>
    JSON.stringify(liveperson).includes("value-4")
      ? {
        status: 400,
        type: "document_parsing_exception",
        reason: "failed to parse field [liveperson.audit.new_value]: value-4",
      }
      : undefined;
  const { body } = await worker.ask("/collect", "POST");
  assert.deepEqual([body.outcome, body.delivered, body.deadLettered], ["ok", 8, 1]);
  assert.equal(simulator.requests.length, 1, "without taking the batch apart");
  const { letters: [letter] } = (await worker.ask("/dead-letters")).body;
  assert.equal(letter.reason, "document_parsing_exception, field liveperson.audit.new_value");
  assert.ok(!worker.logs.join("\n").includes("value-4"));
});
