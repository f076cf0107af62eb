/** Records of an instant that several answers showed, and that none of them has shown. */
import assert from "node:assert/strict";
import { firstCursor } from "../../src/engine/cursor.ts";
import { Instant } from "../../src/engine/instants.ts";
import { ListingState } from "../../src/engine/listing_state.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { tellUnshown } from "../../src/engine/whole_instant.ts";

const TIME_MS = 1000;

const recordOf = (name: string) => ({ timeMs: TIME_MS, fingerprint: name.padStart(32, "0") });

/** The gaps that are told of an instant of these records, at index 1 of its page, where these are dealt with. */
function gapsOf(names: string, dealt: string, breaks: readonly number[]) {
  const state = new ListingState(firstCursor(0));
  for (const name of dealt) state.deal({ ...recordOf(name) });
  const progress = startProgress(firstCursor(0), false);
  const records = [...names].map(recordOf);
  const page = { day: "2026-03-10", offset: 40, records: [recordOf("z"), ...records], breaks };
  tellUnshown(
    { state, progress },
    { ...page, readAtMs: 5000, last: false },
    new Instant(TIME_MS, 1, records),
  );
  return progress.gaps.map(({ day, offset, records, why }) => ({ day, offset, records, why }));
}

Deno.test("what several answers should have shown of an instant and have not is told as a gap", () => {
  const gap = { day: "2026-03-10", offset: 41, why: "never shown" };
  assert.deepEqual(gapsOf("aab", "ab", [2]), [{ ...gap, records: 1 }]);
  assert.deepEqual(gapsOf("aabb", "ab", [3]), [{ ...gap, records: 2 }]);
});

Deno.test("nothing is told where one answer shows the instant, or all of it is dealt with", () => {
  assert.deepEqual(gapsOf("aab", "ab", []), []);
  assert.deepEqual(gapsOf("aab", "ab", [1, 4]), [], "the answers meet at its edges");
  assert.deepEqual(gapsOf("abc", "abc", [2]), []);
});
