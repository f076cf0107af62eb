/** What was refused is sent again as the destination wants it by then. */
import assert from "node:assert/strict";
import { lineOf } from "../../src/engine/batch.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import type { Line, Listed, Ports, Undelivered } from "../../src/engine/ports.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { Pushes } from "../../src/engine/pushes.ts";
import { retryUndelivered } from "../../src/engine/retry_undelivered.ts";
import { NOON } from "./stage.ts";

const MAX_BYTES = 1000;

function letter(eventId: string, json: string): Undelivered {
  const refusal = { reason: "refused", status: 400, refusedAlone: false };
  return { eventId, occurrence: 1, timeMs: NOON, json, isDoubted: false, dead: false, ...refusal };
}

Deno.test("lines that are longer than before are sent in as many pushes as it takes", async () => {
  const letters = new Map(["a", "b", "c", "d", "e"].map((id) => [id, letter(id, "x".repeat(100))]));
  const pushed: (readonly Line[])[] = [];
  const ports = {
    destination: {
      id: "d",
      label: "D",
      limits: { targetBytes: MAX_BYTES, maxBytes: MAX_BYTES, maxEvents: 100, maxEventBytes: 900 },
      push(lines) {
        pushed.push(lines);
        return Promise.resolve({ refused: [], again: [] });
      },
    },
    undelivered: {
      keep: () => Promise.resolve(),
      due: () => Promise.resolve([...letters.values()]),
      noteTaken() {},
      remove(ids) {
        for (const id of ids) letters.delete(id);
        return Promise.resolve();
      },
      refusedAgain: () => Promise.resolve(),
      setAside: { events: 0, bytes: 0, sinceMs: null },
    },
    cursors: { markInFlight: () => Promise.resolve(), commit: () => Promise.resolve() },
    toLineAgain: (event) => lineOf({ ...event, json: event.eventId.repeat(400) }),
    hasBudget: () => true,
    waitToSendAgain: () => Promise.resolve(false),
    clock: () => NOON,
    random: () => 0,
    yieldToEventLoop: () => Promise.resolve(),
  } satisfies Omit<Ports<Listed>, "source" | "toLine">;
  const progress = startProgress(firstCursor(NOON), true);
  await retryUndelivered({ ports, progress, pushes: new Pushes(ports, progress) });
  const sent = pushed.map((lines) => lines.map(({ json }) => json[0]).join(""));
  assert.deepEqual(sent, ["ab", "cd", "e"]);
  assert.equal(progress.redelivered, 5);
});
