import assert from "node:assert/strict";
import { AuditLog, type AuditQuery } from "../../scripts/simulators/audit_log.ts";
import { record } from "./sample.ts";

const everything: AuditQuery = {
  nowMs: 0,
  lpa: true,
  automaticUpdates: true,
  direction: "ASC",
  offset: 0,
  first: 500,
};

function listed(log: AuditLog, query: Partial<AuditQuery> = {}): string {
  return log.list({ ...everything, ...query }).records.map((r) => r.objectName).join(" ");
}

function at(changeTimestampMs: number, objectName: string) {
  return record({ changeTimestampMs, objectName });
}

Deno.test("AuditLog sorts by time and keeps the order of arrival within one", () => {
  const log = new AuditLog();
  log.add([at(20, "a"), at(30, "b"), at(20, "c")]);
  log.add([at(10, "d"), at(20, "e"), at(30, "f")]);
  assert.equal(listed(log), "d a c e b f");
  assert.equal(listed(log, { direction: "DESC" }), "f b e c a d");
});

Deno.test("AuditLog sorts many late records as it sorts one", () => {
  const [bulk, single] = [new AuditLog(), new AuditLog()];
  const records = Array.from({ length: 300 }, (_, i) => at((i * 37) % 50, String(i)));
  bulk.add(records);
  for (const one of records) single.add([one]);
  assert.equal(listed(bulk), listed(single));
});

Deno.test("AuditLog pages from either end, and past the end there is nothing", () => {
  const log = new AuditLog();
  log.add([at(1, "a"), at(2, "b"), at(3, "c"), at(4, "d"), at(5, "e")]);
  assert.equal(listed(log, { offset: 1, first: 2 }), "b c");
  assert.equal(listed(log, { offset: 1, first: 2, direction: "DESC" }), "d c");
  assert.equal(listed(log, { offset: 4, first: 2, direction: "DESC" }), "a");
  assert.equal(listed(log, { offset: 9, first: 2 }), "");
  assert.equal(listed(log, { offset: 9, first: 2, direction: "DESC" }), "");
  const range = { fromMs: 2, toMs: 5 };
  assert.equal(listed(log, range), "b c d");
  assert.equal(log.list({ ...everything, ...range, first: 1 }).total, 3);
});

Deno.test("AuditLog shows a late arrival from its time on, and hides it when the clock goes back", () => {
  const log = new AuditLog();
  log.add([at(1, "a"), { ...at(2, "late"), visibleAtMs: 100 }, at(3, "b")]);
  assert.equal(listed(log, { nowMs: 99 }), "a b");
  assert.equal(listed(log, { nowMs: 100 }), "a late b");
  assert.equal(listed(log, { nowMs: 99 }), "a b");
});
