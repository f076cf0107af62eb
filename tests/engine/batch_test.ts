/** A batch never holds more than the destination takes in one push. */
import assert from "node:assert/strict";
import { Batch, type Line, lineOf } from "../../src/engine/batch.ts";

const LIMITS = { targetBytes: 100, maxBytes: 300, maxEvents: 5, maxEventBytes: 299 };

const ANY = { eventId: "id", occurrence: 1, timeMs: 5 };
const lineOfBytes = (bytes: number): Line => lineOf({ ...ANY, json: "x".repeat(bytes) });

Deno.test("a line knows its length in UTF-8 bytes and its number among twins", () => {
  const event = { eventId: "a-2", occurrence: 2, timeMs: 5, json: '{"event_id":"a-2"}' };
  assert.deepEqual(lineOf(event), { ...event, bytes: 18 });
  assert.equal(lineOf({ ...ANY, json: "“é€𝄞”" }).bytes, 3 + 2 + 3 + 4 + 3);
});

Deno.test("a batch is full at the size it should have, line breaks counted", () => {
  const batch = new Batch(LIMITS);
  batch.add(lineOfBytes(98));
  assert.equal(batch.full, false);
  batch.add(lineOfBytes(0));
  assert.equal(batch.full, true);
});

Deno.test("a batch is full at the largest number of events", () => {
  const batch = new Batch(LIMITS);
  for (let events = 1; events <= 5; events++) {
    batch.add(lineOfBytes(1));
    assert.equal(batch.full, events === 5);
  }
});

Deno.test("there is room for an event as long as the body stays within the limit", () => {
  const batch = new Batch(LIMITS);
  batch.add(lineOfBytes(99));
  assert.equal(batch.hasRoomFor(199), true);
  assert.equal(batch.hasRoomFor(200), false);
  batch.add(lineOfBytes(199));
  assert.ok(batch.drain().map(({ json }) => json).join("\n").length <= LIMITS.maxBytes);
});

Deno.test("an event of the largest size always fits into an empty batch", () => {
  const batch = new Batch({ ...LIMITS, maxBytes: 299 });
  assert.equal(batch.hasRoomFor(299), true);
  batch.add(lineOfBytes(299));
  assert.equal(batch.hasRoomFor(0), false);
});

Deno.test("a batch that was emptied is as good as new", () => {
  const batch = new Batch(LIMITS);
  batch.add(lineOfBytes(150));
  batch.add(lineOfBytes(2));
  assert.equal(batch.size, 2);
  assert.deepEqual(batch.drain().map(({ bytes }) => bytes), [150, 2]);
  assert.equal(batch.size, 0);
  assert.equal(batch.full, false);
  assert.equal(batch.hasRoomFor(299), true);
});

Deno.test("what an event takes beside its own bytes counts too", () => {
  const batch = new Batch({ ...LIMITS, envelopeBytes: 50 });
  batch.add(lineOfBytes(100));
  assert.ok(batch.hasRoomFor(100));
  assert.ok(!batch.hasRoomFor(101));
});

Deno.test("a batch of one day takes no event of another, and any first one", () => {
  const day = Date.parse("2026-03-10T00:00:00Z");
  const lineAt = (timeMs: number): Line => lineOf({ ...ANY, timeMs, json: "{}" });
  const batch = new Batch({ ...LIMITS, oneDay: true });
  assert.ok(batch.takes(lineAt(day)));
  batch.add(lineAt(day));
  assert.deepEqual(
    [day + 86_399_999, day + 86_400_000, day - 1].map((timeMs) => batch.takes(lineAt(timeMs))),
    [true, false, false],
  );
  assert.ok(!batch.takes(lineOf({ ...ANY, timeMs: day, json: "x".repeat(300) })), "nor too much");
  batch.drain();
  assert.ok(batch.takes(lineAt(day - 1)));
  const other = new Batch(LIMITS);
  other.add(lineAt(day));
  assert.ok(other.takes(lineAt(day + 86_400_000)), "others take any");
});
