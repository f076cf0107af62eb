/** The events of letters are sealed at rest, and outlive the change of any one secret. */
import assert from "node:assert/strict";
import type { Undelivered } from "../../src/engine/ports.ts";
import type { NamedSecret } from "../../src/collector/records/letter_seal.ts";
import { hasContent } from "../../src/collector/records/letter_quota.ts";
import { UndeliveredBox } from "../../src/collector/records/undelivered_box.ts";
import { DAY_MS } from "../environment.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const ONE: NamedSecret = ["SOURCE_SECRET", "of the source"];
const OTHER: NamedSecret = ["DESTINATION_KEY", "of the destination"];
const EVENT = '{"event_id":"a","newValue":"what nobody else may read"}';
const LETTER: Undelivered = {
  ...{ eventId: "a", occurrence: 1, timeMs: 0, json: EVENT, reason: "bad", status: 400 },
  ...{ refusedAlone: true, isDoubted: false, dead: true },
};

/** Boxes on the same storage, each with secrets of its own; and one letter, that counts. */
async function world(secrets: readonly NamedSecret[]) {
  const storage = newStorage();
  const open = async (some: readonly NamedSecret[], nowMs = NOW) => {
    const box = new UndeliveredBox(mortalHost(storage, () => nowMs), 5000, some);
    await box.open();
    return box;
  };
  const box = await open(secrets);
  await box.of("live").keep([LETTER], 1);
  await box.settle("live", 1);
  /** What a run does that has nothing to deliver. */
  const run = async (some: readonly NamedSecret[]) => (await open(some)).save();
  return { storage, open, run };
}

Deno.test("nothing of an event is readable in the store, and the same secrets open it", async () => {
  const { storage, open } = await world([ONE, OTHER]);
  for (const [key, text] of storage.local) {
    assert.ok(!/nobody|newValue|of the (source|destination)/.test(atobAll(text)), key);
  }
  assert.equal((await (await open([ONE, OTHER])).get("a"))?.json, EVENT);
});

Deno.test("a letter outlives the change of each secret, one after the other", async () => {
  const { open, run } = await world([ONE, OTHER]);
  const [newOne, newOther]: NamedSecret[] = [[ONE[0], "new"], [OTHER[0], "new too"]];
  await run([newOne, OTHER]);
  await run([newOne, newOther]);
  assert.equal((await (await open([newOne, newOther])).get("a"))?.json, EVENT);
});

Deno.test("a letter that no secret opens is listed, counted and never sent, until one is back", async () => {
  const { open, run } = await world([ONE]);
  const strangers: NamedSecret[] = [[ONE[0], "another"]];
  await run(strangers);
  const box = await open(strangers, NOW + 2 * DAY_MS);
  const letter = (await box.get("a"))!;
  assert.ok(!hasContent(letter) && !letter.json.includes("nobody"));
  assert.equal(letter.reason, "bad");
  const due = { maxEvents: 9, maxBytes: 9999, envelopeBytes: 0, accepting: true };
  assert.deepEqual(await box.due(due), []);
  assert.equal((await box.counts()).deadBytes, EVENT.length);
  assert.equal((await (await open([ONE])).get("a"))?.json, EVENT);
});

Deno.test("what can't be opened can be discarded, and the counts are right", async () => {
  const { storage, open } = await world([ONE]);
  const box = await open([[ONE[0], "another"]]);
  await box.remove(["a"]);
  await box.save();
  const { deadLetters, deadBytes } = await box.counts();
  assert.deepEqual([deadLetters, deadBytes, storage.local.has("dead-letter/a")], [0, 0, false]);
});

Deno.test("a sealed event in the place of another can't be opened", async () => {
  const { storage, open } = await world([ONE]);
  const box = await open([ONE]);
  await box.of("live").keep([{ ...LETTER, eventId: "b", json: "{}" }], 2);
  await box.settle("live", 2);
  const [a, b] = ["a", "b"].map((id) => JSON.parse(storage.local.get(`dead-letter/${id}`)!));
  storage.local.set("dead-letter/b", JSON.stringify({ ...b, sealed: a.sealed }));
  assert.ok(!hasContent((await (await open([ONE])).get("b"))!));
});

/** The text, and what it has in base64. */
function atobAll(text: string): string {
  return text + (text.match(/[A-Za-z0-9+/]{8,}={0,2}/g) ?? []).map((word) => {
    try {
      return atob(word);
    } catch {
      return "";
    }
  }).join("\n");
}
