import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";

const options = { seed: 7, count: 20_000, fromMs: 1_000_050, toMs: 90_000_000, accountId: "le1" };

Deno.test("generateRecords gives the same records for the same seed, others for another", () => {
  assert.deepEqual(generateRecords(options), generateRecords(options));
  assert.notDeepEqual(generateRecords(options), generateRecords({ ...options, seed: 8 }));
});

Deno.test("generateRecords is ascending, in range, in tenths of a second, and never repeats itself", () => {
  const records = generateRecords(options);
  const times = records.map((record) => record.changeTimestampMs);
  assert.equal(records.length, options.count);
  assert.deepEqual(times, times.toSorted((a, b) => a - b));
  assert.ok(times.every((ms) => ms >= options.fromMs && ms < options.toMs && ms % 100 === 0));
  assert.ok(new Set(times).size < times.length, "some records share an instant");
  assert.equal(new Set(records.map((record) => JSON.stringify(record))).size, records.length);
});

Deno.test("generateRecords covers every object type, and what breaks careless code", () => {
  const records = generateRecords(options);
  const text = records.map((record) => record.newValue).join("");
  assert.equal(new Set(records.map((record) => record.objectType)).size, 15);
  for (const character of ['"', "\\", "\n", "é", "返", "\u2028"]) {
    assert.ok(text.includes(character));
  }
  assert.ok(records.some((record) => record.newValue.length > 2000));
  const share = (wanted: number) => wanted / records.length;
  assert.ok(Math.abs(share(records.filter((r) => r.originatorIsLpa).length) - 0.05) < 0.01);
  assert.ok(Math.abs(share(records.filter((r) => r.automatic).length) - 0.05) < 0.01);
});
