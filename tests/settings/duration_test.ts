/** Times as people write them. */
import assert from "node:assert/strict";
import { parseLengthMs, parsePast } from "../../src/settings/duration.ts";

const NOW = "2024-03-31T15:30:20.500Z";

function past(text: string): string | null {
  const timeMs = parsePast(text, Date.parse(NOW));
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

Deno.test("so long ago, in any unit, with or without ago", () => {
  const cases = {
    "20 seconds": "2024-03-31T15:30:00.500Z",
    "1 minute ago": "2024-03-31T15:29:20.500Z",
    "90 Minutes": "2024-03-31T14:00:20.500Z",
    "12 hours": "2024-03-31T03:30:20.500Z",
    "3 days": "2024-03-28T15:30:20.500Z",
    "  3   days   ago ": "2024-03-28T15:30:20.500Z",
    "2 weeks ago": "2024-03-17T15:30:20.500Z",
    "1 month": "2024-02-29T15:30:20.500Z",
    "1 year": "2023-03-31T15:30:20.500Z",
    "0 days": NOW,
  };
  for (const [text, time] of Object.entries(cases)) assert.equal(past(text), time, text);
});

Deno.test("today and yesterday begin at midnight UTC", () => {
  assert.equal(past("today"), "2024-03-31T00:00:00.000Z");
  assert.equal(past("Yesterday"), "2024-03-30T00:00:00.000Z");
});

Deno.test("ISO 8601 dates and instants, with any offset, UTC without one", () => {
  const cases = {
    "2023-10-25": "2023-10-25T00:00:00.000Z",
    "2023-10-25T10:00": "2023-10-25T10:00:00.000Z",
    "2023-10-25T10:00:00": "2023-10-25T10:00:00.000Z",
    "2023-10-25T10:00:00Z": "2023-10-25T10:00:00.000Z",
    "2023-10-25 10:00:00z": "2023-10-25T10:00:00.000Z",
    "2023-10-25T10:00:00.123456Z": "2023-10-25T10:00:00.123Z",
    "2023-10-25T10:00:00+05:30": "2023-10-25T04:30:00.000Z",
    "2023-10-25T10:00:00-0800": "2023-10-25T18:00:00.000Z",
    "2023-10-25T10:00:00+02": "2023-10-25T08:00:00.000Z",
    "2999-01-01": "2999-01-01T00:00:00.000Z",
  };
  for (const [text, time] of Object.entries(cases)) assert.equal(past(text), time, text);
});

Deno.test("anything else is none", () => {
  const bad = [
    ...["", "now", "3", "days", "3days", "-3 days", "1.5 days", "3 fortnights", "3 days before"],
    ...["9999999 days", "999999 years", "2023", "2023-10", "2023-13-01", "2023-02-30"],
    ...["2023-10-25T25:00:00Z", "2023-10-25T10:60:00Z", "25/10/2023", "1698228000", "tomorrow"],
  ];
  for (const text of bad) assert.equal(past(text), null, text);
});

Deno.test("a length of time is a number and a unit", () => {
  const cases = {
    "0 seconds": 0,
    "0.5 seconds": 500,
    "30 Seconds": 30_000,
    "1 minute": 60_000,
    "15 minutes": 900_000,
    "2 hours": 7_200_000,
    "1 day": 86_400_000,
  };
  for (const [text, ms] of Object.entries(cases)) assert.equal(parseLengthMs(text), ms, text);
  for (const text of ["", "30", "30s", "-1 seconds", "1 week", "1 month", "PT30S", "3 days ago"]) {
    assert.equal(parseLengthMs(text), null, text);
  }
});
