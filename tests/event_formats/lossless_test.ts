/** Nothing of an event is lost in any format, whatever its record holds. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type FormatName, FORMATS, inFormat } from "../../src/event_formats/index.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import { anyRecord, COLLECTED_AT_MS, eventOf, leavesOf, RECORDS } from "./events.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const told = (format: FormatName, event: AuditEvent): Json =>
  JSON.parse(JSON.stringify(inFormat(format, event, COLLECTED_AT_MS)));

/** All texts that stand in the formatted event, also those in fields that hold JSON. */
function textsIn(formatted: unknown): Set<string> {
  const texts = leavesOf(formatted).map(String);
  return new Set([...texts, ...texts.flatMap((text) => leavesOf(parsed(text)).map(String))]);
}

function parsed(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function assertNothingLost(event: AuditEvent): void {
  for (const format of FORMATS) {
    const texts = textsIn(told(format, event));
    for (const [field, value] of Object.entries(event)) {
      // OCSF has a number for the time
      if (format === "ocsf" && field === "_time") continue;
      const leaves = value === null ? [] : leavesOf(value);
      const lost = leaves.filter((leaf) => !texts.has(String(leaf)));
      assert.deepEqual(lost, [], `${format}: ${field}`);
    }
  }
  assert.equal(told("ocsf", event).time, Date.parse(event._time));
  assert.equal(told("ocsf", event).metadata.uid, event.event_id);
  assert.equal(told("ecs", event).event.id, event.event_id);
}

Deno.test("every value of an event is in it, in each format, whatever its record holds", async () => {
  for (const record of RECORDS) assertNothingLost(await eventOf(record));
  await fc.assert(
    fc.asyncProperty(anyRecord, async (record) => {
      assertNothingLost(await eventOf(record));
    }),
    { seed: 1, numRuns: 1500 },
  );
});

Deno.test("a field that no format knows is there as it came", async () => {
  await fc.assert(
    fc.asyncProperty(anyRecord, fc.jsonValue(), async (record, value) => {
      const event = await eventOf(JSON.parse(JSON.stringify({ ...record, sessionId: value })));
      const { liveperson } = told("ecs", event);
      const text = liveperson.audit.sessionId;
      assert.deepEqual(
        typeof event.sessionId === "string" ? text : JSON.parse(text),
        event.sessionId,
      );
      assert.deepEqual(told("ocsf", event).unmapped.sessionId, event.sessionId);
    }),
    { seed: 2, numRuns: 500 },
  );
});
