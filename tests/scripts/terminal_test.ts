/** What the scripts share: counting a range in parts, the bar, and keeping secrets out of texts. */
import { exactly, roughly } from "../../src/format.ts";
import { readBackfillRange } from "../../src/http/routing/backfill_arguments.ts";
import { readGetEventsArguments } from "../../src/http/routes/event_arguments.ts";
import { REASONS } from "../../src/problems.ts";
import { asOption } from "../../scripts/cli/script_options.ts";
import assert from "node:assert/strict";
import picocolors from "picocolors";
import { countRange } from "../../scripts/backfill/count_range.ts";
import { timeFraction } from "../../scripts/cli/backfill_progress.ts";
import { bar } from "../../scripts/cli/progress.ts";
import { redact, secretValues } from "../../scripts/setup/secrets.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";

const FROM = Date.parse("2026-11-20T23:59:59.000Z");

/** A source of events at these times, which answers at most `part` at once. */
function source(timesMs: readonly number[], part: number) {
  const events = timesMs.map((timeMs, i) => ({
    changeDate: new Date(timeMs).toISOString(),
    event_id: `e-${i}`,
  } as AuditEvent));
  return (_limit: number, startMs: number) => {
    const rest = events.filter((event) => Date.parse(String(event.changeDate)) >= startMs);
    return Promise.resolve({ events: rest.slice(0, part), pushed: 0, more: rest.length > part });
  };
}

Deno.test("a range is counted in parts: events of one instant on their border count once", async () => {
  const times = [0, 500, 500, 500, 1000, 1500, 2000].map((ms) => FROM + ms);
  for (const part of [4, 5, 100]) {
    const counted = await countRange(
      source(times, part),
      { fromMs: FROM, toMs: FROM + 2000 },
      () => true,
    );
    assert.deepEqual(counted, { events: 6, days: { "2026-11-20": 4, "2026-11-21": 2 } });
  }
});

Deno.test("counting ends when it is told to, and where it can't go on", async () => {
  const times = [0, 1, 1, 1].map((ms) => FROM + ms);
  const range = { fromMs: FROM, toMs: FROM + 10 };
  assert.equal(await countRange(source(times, 2), range, () => false), null);
  await assert.rejects(countRange(source(times, 2), range, () => true), /can't be counted/);
});

Deno.test("the bar fills by time, and never over its end", () => {
  const plain = picocolors.createColors(false);
  assert.equal(bar(0, plain), `${"░".repeat(24)}   0%`);
  assert.equal(bar(0.5, plain), `${"█".repeat(12)}${"░".repeat(12)}  50%`);
  assert.equal(bar(2, plain), `${"█".repeat(24)} 100%`);
  assert.equal(timeFraction("2026-01-01", "2026-01-05", "2026-01-02"), 0.25);
  assert.equal(timeFraction("2026-01-01", "2026-01-05", "2027-01-02"), 1);
});

Deno.test("no secret stays in a text, nor one of a list of accounts", () => {
  const variables = {
    LIVEPERSON_CLIENT_SECRET: "abc",
    XSIAM_API_KEY: "abc+def",
    XSIAM_URL: "https://example.com",
    LIVEPERSON_ACCOUNTS: '[{"LIVEPERSON_CLIENT_SECRET": "of the second"}]',
    LIVEPERSON_ACCOUNTS_2: '[{"XSIAM_API_KEY": "of the third"}]',
  };
  const secrets = secretValues(variables);
  const text = "abc, abc+def, abc%2Bdef, of the second, of the third, https://example.com";
  assert.equal(redact(text, secrets), "***, ***, ***, ***, ***, https://example.com");
});

Deno.test("what is wrong with an option is told by the option's name, and not by the route's", () => {
  const cases: [() => unknown, RegExp][] = [
    [() => readGetEventsArguments({ limit: "0" }, FROM, asOption), /^--limit must be/],
    [() => readGetEventsArguments({ start_time: "x" }, FROM, asOption), /^--start-time must be/],
    [() => readBackfillRange({ from: "x" }, FROM, asOption), /^--from must be/],
    [
      () => readBackfillRange({ from: "1 day", to: "2 days" }, FROM, asOption),
      /^--from must be before --to\.$/,
    ],
    [() => readGetEventsArguments({ limit: "0" }, FROM), /^limit must be/],
  ];
  for (const [read, message] of cases) assert.throws(read, { message });
});

Deno.test("no advice names a command of one platform only, and lengths of time are in words", () => {
  for (const { action } of Object.values(REASONS)) assert.doesNotMatch(action, /wrangler/);
  assert.equal(exactly(86_400_000), "1 day");
  assert.equal(roughly(123_135), "34 hours");
});
