/** Pushing to a simulated Elasticsearch and OpenSearch over real HTTP, and asking whether they would take events. */
import assert from "node:assert/strict";
import {
  type ElasticsearchOptions,
  type ElasticsearchSimulator,
  startElasticsearch,
} from "../../../scripts/simulators/elasticsearch.ts";
import { elasticsearch } from "../../../src/destinations/elasticsearch/kind.ts";
import { LIMITS } from "../../../src/destinations/elasticsearch/push.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { CollectorError } from "../../../src/errors.ts";
import { FORMATS } from "../../../src/event_formats/index.ts";
import { toLine } from "../../../src/collector/runs/event_line.ts";
import { opened, thrownBy } from "../opened.ts";
import { COLLECTED_AT_MS, eventOf, RECORDS } from "../../event_formats/events.ts";

const API_KEY = "a2V5LWlkOmtleQ==";

type Given = Readonly<Record<string, string>>;

/** The destination with an API key, or with settings over that, for a cluster. */
const openedAt = ({ url }: { readonly url: string }, given: Given = {}) =>
  opened(elasticsearch, { ELASTICSEARCH_URL: url, ELASTICSEARCH_API_KEY: API_KEY, ...given });

async function stage(options: Partial<ElasticsearchOptions> = {}, given: Given = {}) {
  const simulator = await startElasticsearch({ credentials: { apiKey: API_KEY }, ...options });
  const { destination, check } = openedAt(simulator, given);
  return {
    ...{ simulator, destination, check },
    push: (lines: readonly Line[]) => destination.push(lines, { probing: false }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

/** Events with a time, numbered. */
function linesOf(...names: readonly string[]): Line[] {
  return names.map((name, i) => {
    const json = JSON.stringify({ "@timestamp": "2026-03-10T12:00:00.000Z", name });
    return lineOf({ eventId: `e${i}-1`, occurrence: 1, timeMs: 0, json });
  });
}

const named = ({ documents }: ElasticsearchSimulator) => documents.map(({ name }) => name);

for (const compression of ["gzip", "none"]) {
  Deno.test(`a batch arrives whole and in order, with compression ${compression}`, async () => {
    await using e = await stage({}, { ELASTICSEARCH_COMPRESSION: compression });
    const answer = await e.push(linesOf("a", "東京 🙂", "c"));
    assert.deepEqual(answer, { refused: [], again: [], altered: 0 });
    assert.deepEqual(named(e.simulator), ["a", "東京 🙂", "c"]);
    const [{ encoding, items }] = e.simulator.requests;
    assert.deepEqual([encoding, items], [compression === "gzip" ? "gzip" : "none", [
      201,
      201,
      201,
    ]]);
  });
}

Deno.test("a batch that is sent twice is stored once, and counts as delivered", async () => {
  await using e = await stage();
  for (const _ of [1, 2]) {
    const answer = await e.push(linesOf("a", "b"));
    assert.deepEqual(answer, { refused: [], again: [], altered: 0 });
  }
  assert.deepEqual(e.simulator.requests.map(({ items }) => items), [[201, 201], [409, 409]]);
  assert.deepEqual(new Set(e.simulator.ids.values()), new Set([1]));
});

Deno.test("an attempt that got no answer is repeated, and nothing comes twice", async () => {
  await using e = await stage();
  e.simulator.faults.next("push", { drop: "after" });
  const answer = await e.push(linesOf("a", "b"));
  assert.deepEqual(answer, { refused: [], again: [], altered: 0 });
  assert.deepEqual(named(e.simulator), ["a", "b"]);
});

Deno.test("each event has its own verdict", async () => {
  await using e = await stage({
    itemError: ({ name }) =>
      name === "bad"
        ? { status: 400, type: "document_parsing_exception", reason: "failed to parse" }
        : name === "busy"
        ? { status: 429, type: "es_rejected_execution_exception" }
        : undefined,
  });
  const batch = linesOf("a", "bad", "busy", "d");
  assert.deepEqual(await e.push(batch), {
    refused: [{ index: 1, status: 400, reason: "document_parsing_exception" }],
    again: [2],
    altered: 0,
  });
  assert.deepEqual(named(e.simulator), ["a", "d"]);
  e.simulator.failureStore = true;
  assert.deepEqual(await e.push([batch[1]]), {
    refused: [],
    again: [],
    altered: 1,
  });
  assert.deepEqual(e.simulator.failures.map(({ name }) => name), ["bad"]);
});

Deno.test("wrong credentials, a missing right and a missing index are told apart", async () => {
  await using e = await stage();
  const push = async () => (await thrownBy(e.push(linesOf("a")))).code;
  e.simulator.credentials = { apiKey: "another" };
  assert.equal(await push(), "destination_unauthorized");
  e.simulator.credentials = { apiKey: API_KEY };
  e.simulator.rights = new Set(["view_index_metadata"]);
  assert.equal(await push(), "destination_unauthorized");
  e.simulator.rights = new Set(["create_doc"]);
  e.simulator.exists = false;
  assert.equal(await push(), "destination_not_found");
  assert.equal(e.simulator.documents.length, 0);
});

Deno.test("a request that is too large is refused as a whole", async () => {
  await using e = await stage({ maxContentBytes: 150 });
  const answer = await e.push(linesOf("a", "b"));
  assert.deepEqual(answer, {
    refusedWhole: { status: 413, reason: "it calls the request too large" },
  });
});

Deno.test("a user and a password do as well as a key, and a cluster may lie under a path", async () => {
  const credentials = { user: "collector", password: "pass:wörd" };
  await using e = await stage({ credentials });
  const given = {
    ELASTICSEARCH_API_KEY: "",
    ELASTICSEARCH_USERNAME: credentials.user,
    ELASTICSEARCH_PASSWORD: credentials.password,
  };
  const push = (url: string) =>
    openedAt({ url }, given).destination.push(linesOf("a"), { probing: false });
  await push(e.simulator.url);
  assert.deepEqual(named(e.simulator), ["a"]);
  assert.ok(
    "refusedWhole" in await push(`${e.simulator.url}/es`),
    "the simulator lies at the root",
  );
});

for (const format of FORMATS) {
  Deno.test(`a data stream takes every event in the format ${format}`, async () => {
    await using e = await stage({}, { ELASTICSEARCH_FORMAT: format });
    const all = await Promise.all(RECORDS.map(eventOf));
    const events = [...new Map(all.map((event) => [event.event_id, event])).values()];
    const lines = events.map((event) => toLine(event, 1, e.destination, COLLECTED_AT_MS));
    const answer = await e.push(lines);
    assert.deepEqual(answer, { refused: [], again: [], altered: 0 });
    assert.deepEqual(
      e.simulator.documents.map((document) => document["@timestamp"]),
      events.map(({ _time }) => _time),
    );
    const [{ bytes }] = e.simulator.requests;
    const most = lines.reduce((sum, line) => sum + line.bytes + LIMITS.envelopeBytes!, 0);
    assert.ok(bytes <= most);
  });
}

/** What the connection check says of such a cluster: nothing if all is well. */
async function checked(options: Partial<ElasticsearchOptions>, given: Given = {}) {
  await using e = await stage(options, given);
  try {
    return (await e.check())?.unverified ?? "ok";
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    return `${error.code}: ${error.message}`;
  } finally {
    assert.equal(e.simulator.documents.length + e.simulator.requests.length, 0, "it wrote nothing");
  }
}

Deno.test("the connection check tells whether the credentials may write, and whether there is an index", async () => {
  const rights = (...names: ("create_doc" | "auto_configure" | "view_index_metadata")[]) => ({
    rights: new Set(names),
  });
  assert.equal(await checked({}), "ok");
  assert.equal(await checked({ exists: false }), "ok");
  assert.equal(await checked(rights("create_doc", "view_index_metadata")), "ok");
  assert.match(await checked({}, { ELASTICSEARCH_API_KEY: "b2xk" }), /^destination_unauthorized/);
  assert.match(
    await checked(rights("auto_configure")),
    /^destination_unauthorized: .* lack the privilege create_doc on logs-/,
  );
  assert.match(
    await checked({ ...rights("create_doc", "view_index_metadata"), exists: false }),
    /^destination_not_found: logs-.* does not exist, and the credentials may not create it/,
  );
  assert.match(await checked(rights("create_doc")), /can't see whether it exists/);
});

Deno.test("of OpenSearch the connection check says what it can't tell", async () => {
  const openSearch = { product: "opensearch" } as const;
  assert.match(
    await checked(openSearch),
    /^logs-.* exists; only writing would show whether events may be written/,
  );
  assert.match(await checked({ ...openSearch, exists: false }), /does not exist yet; only writing/);
  assert.match(
    await checked({ ...openSearch, rights: new Set(["create_doc"]) }),
    /^The credentials are right, but may not look at logs-/,
  );
  assert.match(
    await checked(openSearch, { ELASTICSEARCH_API_KEY: "b2xk" }),
    /^destination_unauthorized/,
  );
});
