/** Lengths of time as people are told them: rounded to one unit, or exactly, but never as 86400 seconds. */
import assert from "node:assert/strict";
import { dayAndTime, exactly, roughly, timeOfDay } from "../src/format.ts";

Deno.test("a rough length has one unit, the largest of which there are two", () => {
  const lengths: [number, string][] = [
    [1, "1 second"],
    [119, "119 seconds"],
    [120, "2 minutes"],
    [7199, "120 minutes"],
    [7200, "2 hours"],
    [86_400, "24 hours"],
    [172_800, "2 days"],
  ];
  for (const [seconds, words] of lengths) assert.equal(roughly(seconds), words);
});

Deno.test("an exact length has the largest unit of which it is a whole number", () => {
  const lengths: [number, string][] = [
    [0, "0 seconds"],
    [100, "0.1 seconds"],
    [60_000, "1 minute"],
    [90_000, "90 seconds"],
    [300_000, "5 minutes"],
    [86_400_000, "1 day"],
    [90_000_000, "25 hours"],
  ];
  for (const [ms, words] of lengths) assert.equal(exactly(ms), words);
});

Deno.test("a time of day is in UTC, and text that is no time stays as it is", () => {
  assert.equal(dayAndTime("2026-11-21T21:04:44.5+02:00"), "21 Nov 19:04:44");
  assert.equal(timeOfDay("2026-11-21T19:04:44.500Z"), "19:04:44");
  assert.deepEqual([dayAndTime("soon"), timeOfDay("soon")], ["soon", "soon"]);
});
