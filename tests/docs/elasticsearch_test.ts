/**
 * The index templates fit the events: whatever a record holds, no field contradicts its mapping, so that
 * none is refused for it; and what a template maps, events have. The templates themselves are tried by
 * `deno task conformance`.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { ROOT } from "../../scripts/local/bundle.ts";
import { toLine } from "../../src/collector/runs/event_line.ts";
import { elasticsearch } from "../../src/destinations/elasticsearch/kind.ts";
import { Elasticsearch } from "../../src/destinations/elasticsearch/push.ts";
import { type FormatName, FORMATS } from "../../src/event_formats/index.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import type { Upstream } from "../../src/upstream/upstream.ts";
import { anyRecord, COLLECTED_AT_MS, eventOf, RECORDS } from "../event_formats/events.ts";

/** A field's mapping: of an object, or of a value. */
interface Mapping {
  readonly properties?: Readonly<Record<string, Mapping>>;
  readonly type?: string;
  readonly format?: string;
  readonly ignore_above?: number;
}

/** The longest term of an index has this many bytes, and a character up to four. */
const MOST_CHARACTERS = Math.floor(32_766 / 4);

const LATEST_MS = 8.64e15;

const templateOf = async (format: FormatName) =>
  JSON.parse(await readFile(join(ROOT, "docs", "elasticsearch", `${format}.json`), "utf8"));

const mappingOf = async (format: FormatName): Promise<Mapping> =>
  (await templateOf(format)).template.mappings;

/** The document that an event becomes. */
function documentOf(format: FormatName, event: AuditEvent): unknown {
  const options = { url: "", index: "", authorization: "", compression: "none", format } as const;
  const destination = new Elasticsearch(options, {} as Upstream);
  return JSON.parse(toLine(event, 1, destination, COLLECTED_AT_MS).json);
}

/** What of a value contradicts its mapping, by path. Fields without a mapping are only kept. */
function contradictions(value: unknown, mapping: Mapping, path = ""): string[] {
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => contradictions(item, mapping, path));
  if (mapping.properties !== undefined) {
    if (typeof value !== "object") return [`${path} is no object`];
    return Object.entries(mapping.properties).flatMap(([name, inner]) =>
      Object.hasOwn(value!, name)
        ? contradictions((value as Record<string, unknown>)[name], inner, `${path}.${name}`)
        : []
    );
  }
  return fits(value, mapping) ? [] : [`${path} is no ${mapping.type}: ${JSON.stringify(value)}`];
}

function fits(value: unknown, { type, format }: Mapping): boolean {
  switch (type) {
    case "date":
      return format === "epoch_millis"
        ? Number.isInteger(value) && Math.abs(value as number) <= LATEST_MS
        : typeof value === "string" && !Number.isNaN(Date.parse(value));
    case "integer":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case "keyword":
    case "text":
      return typeof value !== "object";
    default:
      return false;
  }
}

function pathsOf(mapping: Mapping, path = ""): string[] {
  if (mapping.properties === undefined) return [path];
  return Object.entries(mapping.properties)
    .flatMap(([name, inner]) => pathsOf(inner, path === "" ? name : `${path}.${name}`));
}

function valueAt(document: unknown, path: string): unknown {
  return path.split(".").reduce(
    (value, name) => (value as Record<string, unknown> | undefined)?.[name],
    document,
  );
}

for (const format of FORMATS) {
  Deno.test(`no record can contradict the template for ${format}`, async () => {
    const mapping = await mappingOf(format);
    await fc.assert(
      fc.asyncProperty(anyRecord, async (raw) => {
        assert.deepEqual(contradictions(documentOf(format, await eventOf(raw)), mapping), []);
      }),
      { seed: 12, numRuns: 2000 },
    );
  });

  Deno.test(`some event has each field of the template for ${format}`, async () => {
    const record = RECORDS[0];
    const events = await Promise.all(
      [
        ...RECORDS,
        { ...record, originator: "Grace", changedBy: "G. Hopper", userId: "1" },
        { ...record, accountId: { odd: 1 }, originatorUserAgent: { odd: 1 } },
        { ...record, actionType: "Edit", changeType: "Moved" },
        { ...record, changeType: "Moved" },
        { ...record, originatorUserId: { odd: 1 }, originatorLoginName: { odd: 1 } },
        { ...record, changedBy: { odd: 1 } },
      ].map(eventOf),
    );
    const documents = events.map((event) => documentOf(format, event));
    const missing = pathsOf(await mappingOf(format)).filter((path) =>
      // the namespace is the data stream's own
      path !== "data_stream.namespace" &&
      documents.every((document) => valueAt(document, path) === undefined)
    );
    assert.deepEqual(missing, []);
  });

  Deno.test(`the template for ${format} is for the data stream that is written to by default`, async () => {
    const { index_patterns: [pattern], data_stream: stream, template } = await templateOf(format);
    const { default: index } = elasticsearch.settings.ELASTICSEARCH_INDEX as { default: string };
    assert.ok(pattern.endsWith("*") && index.startsWith(pattern.slice(0, -1)));
    assert.deepEqual(stream, {});
    assert.equal(template.mappings.dynamic, false);
    const keywords = JSON.stringify(template).match(/\{"type":"keyword"[^}]*\}/g) ?? [];
    for (const keyword of keywords) {
      assert.ok(JSON.parse(keyword).ignore_above <= MOST_CHARACTERS, "no text is too long");
    }
  });
}

Deno.test("whatever ECS events have by name can be searched for", async () => {
  const mapped = new Set(pathsOf(await mappingOf("ecs")));
  const events = await Promise.all(RECORDS.map(eventOf));
  const paths = events.flatMap((event) => leafPaths(documentOf("ecs", event)));
  const others = new Set(paths).difference(mapped);
  assert.deepEqual(
    [...others],
    ["liveperson.audit.sessionId"],
    "a field that nobody has documented",
  );
});

function leafPaths(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value)
    .flatMap(([name, inner]) => leafPaths(inner, path === "" ? name : `${path}.${name}`));
}

Deno.test("the page names settings that there are, templates that there are, and fields that are mapped", async () => {
  const page = await readFile(join(ROOT, "docs", "destinations", "elasticsearch.md"), "utf8");
  for (const [name] of page.matchAll(/\bELASTICSEARCH_[A-Z_]+\b/g)) {
    assert.ok(name in elasticsearch.settings, name);
  }
  for (const [, name] of page.matchAll(/elasticsearch\/(\w+)\.json/g)) {
    assert.ok((FORMATS as readonly string[]).includes(name), name);
  }
  const mapped = pathsOf(await mappingOf("ecs"));
  const [, source] = /"_source": \[(.*)\]/.exec(page)!;
  const fields = [...source.matchAll(/"([^"]+)"/g)].map(([, field]) => field);
  assert.ok(fields.length > 3);
  for (const field of [...fields, "event.id"]) assert.ok(mapped.includes(field), field);
  const { default: index } = elasticsearch.settings.ELASTICSEARCH_INDEX as { default: string };
  assert.ok(page.includes(`FROM ${index}\n`) && page.includes(`source = ${index}\n`));
});
