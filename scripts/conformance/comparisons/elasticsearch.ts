/** Elasticsearch's bulk API as a real OpenSearch answers it, with the index templates that the docs give. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../local/bundle.ts";
import { FORMATS } from "../../../src/event_formats/index.ts";
import type { AnyKind } from "../../../src/destinations/kind.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { makeBatch } from "../batches.ts";
import { Judge } from "../judge.ts";
import { checkConnection, deliversAll, openDestination, push } from "../pushing.ts";
import { type OpenSearch, startOpenSearch } from "../receivers/opensearch.ts";
import type { Compared, CompareOptions, Comparison } from "./comparison.ts";

/** A data stream for each format, made by the template that is documented for it. */
const streamOf = (format: string) => `logs-liveperson.audit-${format}`;

export const elasticsearch: Comparison = {
  id: "opensearch",
  receiver: "OpenSearch",
  destination: "elasticsearch",
  compare,
};

async function compare(kind: AnyKind, options: CompareOptions): Promise<Compared> {
  await using openSearch = await startOpenSearch(options.cacheFolder);
  const judge = new Judge();
  const stand = { kind, openSearch, judge, nowMs: options.nowMs };
  for (const format of FORMATS) await takesEachOnce(stand, format);
  await refusesOneAlone(stand);
  await takesAgainAfterRollover(stand);
  await findsFaultsOfIndexes(stand);
  return { version: openSearch.version, disagreements: judge.disagreements };
}

interface Stand {
  readonly kind: AnyKind;
  readonly openSearch: OpenSearch;
  readonly judge: Judge;
  readonly nowMs: number;
}

function settingsOf({ openSearch }: Stand, index: string, format: string) {
  return {
    ELASTICSEARCH_URL: openSearch.url,
    ELASTICSEARCH_USERNAME: "collector",
    ELASTICSEARCH_PASSWORD: "not-checked",
    ELASTICSEARCH_INDEX: index,
    ELASTICSEARCH_FORMAT: format,
  };
}

/** A repeated batch is answered with 409 for each event: it counts as delivered, and changes nothing. */
async function takesEachOnce(stand: Stand, format: string): Promise<void> {
  const { kind, openSearch, judge, nowMs } = stand;
  const index = streamOf(format);
  const template = await readFile(join(ROOT, "docs", "elasticsearch", `${format}.json`), "utf8");
  const installed = await openSearch.ask("PUT", `/_index_template/audit`, JSON.parse(template));
  judge.equal(`${format}: the template`, installed, { acknowledged: true });
  const settings = settingsOf(stand, index, format);
  const destination = openDestination(kind, settings);
  const batch = await makeBatch("each once", destination, nowMs);
  judge.holds(`${format}: a batch is delivered`, await deliversAll(destination, batch));
  judge.holds(`${format}: repeated, it is delivered`, await deliversAll(destination, batch));
  await checkConnection(kind, settings);
  judge.holds(`${format}: it is a data stream`, await openSearch.isDataStream(index));
  compareDocuments(judge, format, await openSearch.documents(index), batch);
}

function compareDocuments(
  judge: Judge,
  what: string,
  documents: Awaited<ReturnType<OpenSearch["documents"]>>,
  batch: readonly Line[],
): void {
  judge.equal(`${what}: documents`, documents.length, batch.length);
  for (const { eventId, json, timeMs } of batch) {
    const document = documents.find(({ id }) => id === eventId);
    judge.holds(`${what}: event ${eventId} is there`, document !== undefined);
    if (document === undefined) continue;
    judge.equal(`${what}: content of ${eventId}`, document.source, JSON.parse(json));
    judge.equal(`${what}: time of ${eventId}`, document.timeMs, timeMs);
  }
}

/** An event that contradicts the index's mapping is refused by itself; the others of its batch are taken. */
async function refusesOneAlone(stand: Stand): Promise<void> {
  const { kind, openSearch, judge, nowMs } = stand;
  const destination = openDestination(kind, settingsOf(stand, streamOf("ecs"), "ecs"));
  const batch = [...await makeBatch("one refused", destination, nowMs)];
  const contrary = { ...JSON.parse(batch[3].json), event: "a text, where an object is mapped" };
  batch[3] = lineOf({ ...batch[3], json: JSON.stringify(contrary) });
  const answer = await push(destination, batch);
  judge.equal("one refused: answer", withoutReasons(answer), [{ index: 3, status: 400 }]);
  const ids = new Set((await openSearch.documents(streamOf("ecs"))).map(({ id }) => id));
  judge.equal(
    "one refused: which are there",
    batch.map(({ eventId }) => ids.has(eventId)),
    batch.map((_, index) => index !== 3),
  );
}

function withoutReasons(answer: Awaited<ReturnType<typeof push>>): unknown {
  if ("refusedWhole" in answer || answer.again.length > 0) return answer;
  return answer.refused.map(({ index, status }) => ({ index, status }));
}

/** Ids are known to one index: a data stream that rolled over takes an event a second time. */
async function takesAgainAfterRollover(stand: Stand): Promise<void> {
  const { kind, openSearch, judge, nowMs } = stand;
  const index = streamOf("ecs");
  const destination = openDestination(kind, settingsOf(stand, index, "ecs"));
  const batch = await makeBatch("each once", destination, nowMs);
  await openSearch.ask("POST", `/${index}/_rollover`);
  judge.holds("rolled over: a batch is delivered", await deliversAll(destination, batch));
  const documents = await openSearch.documents(index);
  const twice = batch.map(({ eventId }) => documents.filter(({ id }) => id === eventId).length);
  judge.equal("rolled over: documents of each event", twice, batch.map(() => 2));
}

/** Each of these refuses every event, and none is the fault of one: nothing may become a dead letter. */
async function findsFaultsOfIndexes(stand: Stand): Promise<void> {
  const { kind, openSearch, judge, nowMs } = stand;
  await openSearch.ask("PUT", "/closed");
  await openSearch.ask("POST", "/closed/_close");
  await openSearch.ask("PUT", "/blocked", { settings: { "index.blocks.write": true } });
  await openSearch.ask("PUT", "/full", {
    settings: { "index.blocks.read_only_allow_delete": true },
  });
  await openSearch.ask("PUT", "/_cluster/settings", {
    persistent: { "action.auto_create_index": "false" },
  });
  const pushTo = async (index: string) => {
    const destination = openDestination(kind, settingsOf(stand, index, "ecs"));
    return await push(destination, await makeBatch(index, destination, nowMs));
  };
  const missing = "destination_not_found";
  await judge.fails("no such index, and none may be made", missing, () => pushTo("missing"));
  await judge.fails("a closed index", missing, () => pushTo("closed"));
  await judge.fails(
    "an index that may not be written to",
    "upstream_failed",
    () => pushTo("blocked"),
  );
  const answer = await pushTo("full");
  judge.holds(
    "an index without disk space: all events are to be sent again",
    "again" in answer && answer.again.length > 0 && answer.refused.length === 0,
  );
}
