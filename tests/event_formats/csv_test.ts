/** Events as comma-separated values. Pure. */
import assert from "node:assert/strict";
import { FIELD_COLUMNS } from "../../src/destinations/sentinel/columns.ts";
import { eventsToCsv, toCsv } from "../../src/event_formats/csv.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";

Deno.test("csv has every field that any event has, in the order that is asked for", () => {
  const events = [{ z: 1, b: "two", a: null }, { extra: { deep: [1] }, a: "x" }];
  assert.equal(
    toCsv(events, ["a"], ["z"]),
    [`a,b,extra,z`, `,two,,1`, `x,,"{""deep"":[1]}",`].join("\r\n"),
  );
  assert.equal(toCsv([], ["a"], ["z"]), "a,z");
});

Deno.test("whatever the events are, even none, each field that they may have has its column", () => {
  const known = ["changeDate", "_time", "event_id", ...Object.keys(FIELD_COLUMNS)];
  const columns = eventsToCsv([]).split(",");
  assert.deepEqual(columns.toSorted(), known.toSorted());
  const more = eventsToCsv([{ unknown: 1 } as unknown as AuditEvent]).split("\r\n")[0].split(",");
  assert.deepEqual(more, columns.toSpliced(-2, 0, "unknown"));
});

Deno.test("csv steers no terminal, and hides no formula", () => {
  const values = [
    "\u001b[2Ja\u0000\tb",
    "user\u202egpj.exe\u200b",
    " =1+1",
    "\u0000=1+1",
    "\u200b=1+1",
    "＝1+1",
  ];
  const rows = toCsv(values.map((value) => ({ value })), ["value"], []).split("\r\n");
  assert.deepEqual(
    rows.slice(1),
    [" [2Ja \tb", "usergpj.exe", "' =1+1", "' =1+1", "'=1+1", "'＝1+1"],
  );
});

Deno.test("csv is harmless in a spreadsheet, and what needs quotes has them", () => {
  const values = ["=1+1", "+1", "-1", "@SUM(A1)", 'say "hi"', "a,b", "a\r\nb", "plain"];
  const rows = toCsv(values.map((value) => ({ value })), ["value"], []).split(/\r\n(?!b)/);
  assert.deepEqual(rows.slice(1), [
    "'=1+1",
    "'+1",
    "'-1",
    "'@SUM(A1)",
    '"say ""hi"""',
    '"a,b"',
    '"a\r\nb"',
    "plain",
  ]);
});
