/** An event as a row: legal columns, short enough values, and nothing lost but what is told as cut. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { type Column, COLUMNS, FIELD_COLUMNS } from "../../../src/destinations/sentinel/columns.ts";
import { LIMITS } from "../../../src/destinations/sentinel/push.ts";
import {
  MAX_ROW_BYTES,
  MAX_VALUE_BYTES,
  type Row,
  tellsOfCuts,
  toRow,
} from "../../../src/destinations/sentinel/row.ts";
import type { AuditEvent } from "../../../src/sources/liveperson/event.ts";

const TIME = "2026-03-10T12:00:00.000Z";

/** A text that is `times` as long as a short one: of one, two, three and four bytes a character, and escaped. */
const longText = fc.tuple(
  fc.string({
    unit: fc.constantFrom("a", "é", "語", "🦊", "\u0001", '"', "\ud83e"),
    maxLength: 20,
  }),
  fc.constantFrom(1, 3_000, 60_000),
).map(([text, times]) => text.repeat(times));

const anyValue = fc.oneof(
  { weight: 4, arbitrary: longText },
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(undefined),
);

const anyName = fc.oneof(
  fc.constantFrom(...Object.keys(FIELD_COLUMNS).filter((name) => name !== "changeDateError")),
  fc.constantFrom("Type", "id", "a-b", "__proto__", "TimeGenerated", "CutFields", "1st"),
  fc.string(),
);

const anyEvent: fc.Arbitrary<AuditEvent> = fc.tuple(
  fc.array(fc.tuple(anyName, anyValue), { maxLength: 25 }),
  fc.boolean(),
).map(([fields, isDated]) => ({
  changeDate: isDated ? TIME : "the day before yesterday",
  ...Object.fromEntries(fields),
  ...!isDated && { changeDateError: "changeDate could not be read" },
  _time: TIME,
  event_id: "0123-1",
} as unknown as AuditEvent));

function bytesOf(value: unknown): number {
  return Buffer.byteLength(typeof value === "string" ? value : JSON.stringify(value));
}

/** What a reader finds in a row under a field's name. */
function foundIn(row: Row, field: string): unknown {
  const column = (FIELD_COLUMNS as Readonly<Record<string, Column>>)[field];
  const additional = row.AdditionalFields as Record<string, unknown> | undefined;
  return (Object.hasOwn(FIELD_COLUMNS, field) ? row[column] : undefined) ??
    (additional !== undefined && Object.hasOwn(additional, field) ? additional[field] : undefined);
}

/** Are these equal but for texts that are only the beginning of what they were? */
function isBeginningOf(part: unknown, whole: unknown): boolean {
  if (typeof part === "string") return String(whole).startsWith(part);
  if (typeof part !== "object" || part === null) return Object.is(part, whole);
  const keys = Object.keys(part);
  return typeof whole === "object" && whole !== null &&
    keys.length === Object.keys(whole).length &&
    keys.every((key) =>
      isBeginningOf(
        (part as Record<string, unknown>)[key],
        (whole as Record<string, unknown>)[key],
      )
    );
}

Deno.test("every column is legal, of the table, and of its type", () => {
  for (const name of Object.keys(COLUMNS)) {
    assert.match(name, /^[A-Za-z]\w{0,44}$/);
    assert.doesNotMatch(name, /^(Type|Title|id|TenantId|UniqueId)$/i);
  }
  fc.assert(fc.property(anyEvent, (event) => {
    const row = JSON.parse(JSON.stringify(toRow(event, event)));
    for (const [name, value] of Object.entries(row)) {
      const type = COLUMNS[name as Column];
      const expected = {
        dynamic: "object",
        dateTime: "string",
        string: "string",
        boolean: "boolean",
      };
      assert.equal(typeof value, expected[type], name);
    }
    assert.deepEqual([row.TimeGenerated, row.EventId], [TIME, "0123-1"]);
    assert.equal(row.ChangeDate, "changeDateError" in event ? undefined : TIME);
  }));
});

Deno.test("no value is longer than Azure keeps, and every event fits into a call by itself", () => {
  fc.assert(fc.property(anyEvent, (event) => {
    const row = toRow(event, event);
    const { CutFields: _, ...values } = row;
    for (const value of Object.values(values)) assert.ok(bytesOf(value) <= MAX_VALUE_BYTES);
    assert.ok(bytesOf(values) <= MAX_ROW_BYTES);
    assert.ok(Buffer.byteLength(JSON.stringify(row)) <= LIMITS.maxEventBytes);
  }));
});

Deno.test("nothing is lost but what is told as cut, and what is told was cut", () => {
  fc.assert(fc.property(anyEvent, (event) => {
    const row = toRow(event, event);
    const cut = Object.keys(row.CutFields ?? {});
    const isCut = (field: string) => {
      const column = (FIELD_COLUMNS as Readonly<Record<string, string>>)[field];
      const additional = `AdditionalFields.${field}`;
      return cut.some((path) =>
        [column, "AdditionalFields", additional].includes(path) || path.startsWith(`${additional}.`)
      );
    };
    const { _time, event_id: _, ...fields } = event;
    for (const [field, value] of Object.entries(fields)) {
      if (value === undefined || value === null) continue;
      if (field === "changeDate" && value === _time) continue;
      const found = foundIn(row, field);
      const isText = typeof found === "string" && typeof value !== "object";
      const same = isText ? found === String(value) : sameJson(found, value);
      assert.ok(same || isCut(field), field);
    }
    for (const [path, bytes] of Object.entries(row.CutFields ?? {})) {
      assert.ok(bytes > 0 && path.split(".")[0] in row, path);
    }
    assert.equal(tellsOfCuts(JSON.stringify(row)), row.CutFields !== undefined);
  }));
});

function sameJson(a: unknown, b: unknown): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}

Deno.test("in a format that isn't the native one the whole event is one column", () => {
  fc.assert(fc.property(anyEvent, fc.dictionary(fc.string(), anyValue), (event, formatted) => {
    const row = toRow(formatted, event);
    const names = Object.keys(row).filter((name) => name !== "CutFields" && name !== "ChangeDate");
    assert.deepEqual(names, ["TimeGenerated", "EventId", "Event"]);
    if (row.CutFields === undefined) assert.equal(row.Event, formatted);
    assert.ok(bytesOf(row.Event) <= MAX_VALUE_BYTES);
    const { Event: cut } = JSON.parse(JSON.stringify(row));
    const whole = JSON.parse(JSON.stringify(formatted));
    assert.ok(isBeginningOf(cut, whole) || JSON.stringify(whole).startsWith(cut.json));
  }));
});

const EVENT: AuditEvent = {
  changeDate: TIME,
  accountId: "1",
  objectType: "USER",
  element: "Email",
  changeType: "UPDATE",
  userId: 42,
  changedBy: null,
  originatorIsLpa: true,
  _time: TIME,
  event_id: "0123-1",
};

Deno.test("a value is cut between characters, and the row tells how many bytes it had", () => {
  const newValue = "🦊".repeat(20_000);
  const event = { ...EVENT, newValue, other: { deep: ["é".repeat(40_000)] } };
  const row = toRow(event, event);
  assert.equal(row.NewValue, "🦊".repeat(MAX_VALUE_BYTES / 4));
  assert.deepEqual(row.CutFields, { NewValue: 80_000, "AdditionalFields.other.deep.0": 80_000 });
  const [text] = (row.AdditionalFields as { other: { deep: [string] } }).other.deep;
  assert.match(text, /^é{32480,}$/);
  assert.deepEqual(Object.keys(row)[0], "CutFields");
});

Deno.test("numbers become texts in a column of texts; what a column can't hold is an additional field", () => {
  const event = { ...EVENT, element: { a: 1 }, originatorIsLpa: "yes", "a-b": 7 };
  const row = toRow(event, event);
  assert.deepEqual(row, {
    TimeGenerated: TIME,
    ChangeDate: TIME,
    EventId: "0123-1",
    AccountId: "1",
    ObjectType: "USER",
    ChangeType: "UPDATE",
    UserId: "42",
    AdditionalFields: { element: { a: 1 }, originatorIsLpa: "yes", "a-b": 7 },
  });
});

Deno.test("of many cuts, or of long paths, only the column is told", () => {
  const many = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`f${i}`, "x".repeat(9000)]),
  );
  const other = { ...EVENT, many };
  assert.deepEqual(Object.keys(toRow(other, other).CutFields as object), ["AdditionalFields"]);
  const long = { ...EVENT, ["n".repeat(300)]: "x".repeat(70_000) };
  assert.deepEqual(Object.keys(toRow(long, long).CutFields as object), ["AdditionalFields"]);
});

Deno.test("a field that is too large without its texts becomes the beginning of its JSON", () => {
  const event = { ...EVENT, numbers: Array.from({ length: 50_000 }, (_, i) => i) };
  const bytes = JSON.stringify({ numbers: event.numbers }).length;
  const { AdditionalFields, CutFields } = toRow(event, event);
  assert.match((AdditionalFields as { json: string }).json, /^\{"numbers":\[0,1,2,/);
  assert.deepEqual(CutFields, { AdditionalFields: bytes });
});
