/** The object of a batch, and its key: the same for the same events, and for no others. Pure. */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { objectOf } from "../../../src/destinations/s3/object.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";

const NOON = Date.parse("2026-03-10T12:00:00Z");
const PARTS = { prefix: "liveperson/audit/", account: "12345678", format: "native" } as const;

const lineAt = (timeMs: number, eventId: string, json = `{"event_id":"${eventId}"}`): Line =>
  lineOf({ eventId, occurrence: 1, timeMs, json });

const keyOf = (lines: readonly Line[], parts = {}) => objectOf(lines, { ...PARTS, ...parts }).key;

Deno.test("an object has a line for each event, in order, compressed", () => {
  const lines = [lineAt(NOON, "a-1"), lineAt(NOON, "b-1", '{"text":"東京 🙂"}')];
  const text = gunzipSync(objectOf(lines, PARTS).body).toString();
  assert.equal(text, '{"event_id":"a-1"}\n{"text":"東京 🙂"}\n');
});

Deno.test("a key tells the account, the day, the time of the first event and the format", () => {
  const lines = [lineAt(NOON + 90_000, "a-1"), lineAt(NOON + 5_000, "b-1")];
  assert.match(
    keyOf(lines),
    /^liveperson\/audit\/account=12345678\/dt=2026-03-10\/120005-[0-9a-f]{32}\.native\.ndjson\.gz$/,
  );
  assert.match(keyOf(lines, { prefix: "x/", format: "ecs" }), /^x\/account=.*\.ecs\.ndjson\.gz$/);
  assert.match(keyOf(lines, { account: "a/b" }), /account=a%2Fb\/dt=/);
});

Deno.test("the same events have the same key, in whichever order and whenever they were collected", () => {
  const lines = [lineAt(NOON, "a-1", '{"at":1}'), lineAt(NOON, "b-1", '{"at":1}')];
  const later = [lineAt(NOON, "b-1", '{"at":2}'), lineAt(NOON, "a-1", '{"at":2}')];
  assert.equal(keyOf(lines), keyOf(later));
});

Deno.test("no two sets of events share a key", () => {
  const ids = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{1,3}-[12]$/), { minLength: 1 });
  fc.assert(fc.property(ids, ids, (some, others) => {
    const [one, two] = [some, others].map((list) => list.map((id) => lineAt(NOON, id)));
    const isSame = some.toSorted().join() === others.toSorted().join();
    assert.equal(keyOf(one) === keyOf(two), isSame);
  }));
});

Deno.test("nor do two accounts, prefixes or formats", () => {
  const lines = [lineAt(NOON, "a-1")];
  const keys = [{}, { account: "2" }, { prefix: "other/" }, { format: "ecs" }]
    .map((parts) => keyOf(lines, parts));
  assert.equal(new Set(keys).size, keys.length);
});
