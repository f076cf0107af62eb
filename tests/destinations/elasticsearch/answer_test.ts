/** What the answers to a bulk request mean, item by item. Pure. */
import assert from "node:assert/strict";
import { readAnswer } from "../../../src/destinations/elasticsearch/answer.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { CollectorError } from "../../../src/errors.ts";

const linesOf = (count: number): Line[] =>
  Array.from(
    { length: count },
    (_, i) => lineOf({ eventId: `e-${i}`, occurrence: 1, timeMs: 0, json: "{}" }),
  );

interface Item {
  readonly status: number;
  readonly type?: string;
  readonly reason?: string;
  readonly failureStore?: string;
  readonly id?: string;
}

/** Reads the answer that says this of the events, one item each. */
function read(...items: readonly Item[]) {
  return readText(200, bulk(items), items.length);
}

function bulk(items: readonly Item[]): string {
  return JSON.stringify({
    took: 3,
    errors: true,
    items: items.map(({ status, type, reason, failureStore, id }, i) => ({
      create: {
        _index: "logs",
        _id: id ?? `e-${i}`,
        status,
        ...(type !== undefined && { error: { type, reason } }),
        ...(failureStore !== undefined && { failure_store: failureStore }),
      },
    })),
  });
}

function readText(status: number, text: string, count = 1) {
  return readAnswer(
    { status, text, headers: new Headers(), bytes: 0, unanswered: 0 },
    linesOf(count),
  );
}

function failure(act: () => unknown): [string, string] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    return [error.code, error.message];
  }
  assert.fail("it was taken");
}

const CONFLICT = { status: 409, type: "version_conflict_engine_exception" };
const FORBIDDEN = { status: 403, type: "security_exception" };
const TAKEN = { status: 201 };

Deno.test("what is created and what was there before is delivered", () => {
  assert.deepEqual(read(TAKEN, CONFLICT, TAKEN), { refused: [], again: [], altered: 0 });
});

Deno.test("what went to the failure store is delivered, and counted as altered", () => {
  const stored = { ...TAKEN, failureStore: "used", id: "an-id-of-its-own" };
  assert.deepEqual(read(TAKEN, stored, stored), { refused: [], again: [], altered: 2 });
});

Deno.test("what can't be taken for now is sent again, whatever the reason", () => {
  const answer = read(
    { status: 429, type: "es_rejected_execution_exception" },
    TAKEN,
    { status: 503, type: "unavailable_shards_exception" },
    { status: 500, type: "null_pointer_exception", failureStore: "failed" },
    { status: 429, type: "cluster_block_exception" },
    { status: 409, type: "something_else_exception" },
  );
  assert.deepEqual(answer, { refused: [], again: [0, 2, 3, 4, 5], altered: 0 });
});

Deno.test("a refused event is refused by itself, and the reason quotes nothing of it", () => {
  const answer = read(
    TAKEN,
    {
      status: 400,
      type: "document_parsing_exception",
      reason: "[1:120] failed to parse field [event.created] of type [date] in document with id " +
        "'e-1'. Preview of field's value: 'a secret value'",
    },
    {
      status: 400,
      type: "illegal_argument_exception",
      reason: 'Document contains at least one immense term in field="liveperson.audit.new_value"',
    },
    { status: 500, type: "fail_processor_exception", reason: "we don't want a secret value" },
    { status: 400 },
    { status: 400, type: "an odd <type>" },
  );
  assert.deepEqual(answer, {
    refused: [
      { index: 1, status: 400, reason: "document_parsing_exception, field event.created" },
      { index: 2, status: 400, reason: "illegal_argument_exception" },
      { index: 3, status: 500, reason: "an ingest pipeline refuses it" },
      { index: 4, status: 400, reason: "it does not say why" },
      { index: 5, status: 400, reason: "unknown" },
    ],
    again: [],
    altered: 0,
  });
});

Deno.test("when every item shows that a setting is wrong, it is that error, and nothing is given up", () => {
  const cases: [Item, string][] = [
    [FORBIDDEN, "destination_unauthorized"],
    [{ status: 401, type: "security_exception" }, "destination_unauthorized"],
    [{ status: 404, type: "index_not_found_exception" }, "destination_not_found"],
    [{ status: 400, type: "index_closed_exception" }, "destination_not_found"],
    [{ status: 400, type: "invalid_index_name_exception" }, "destination_not_found"],
    [{ status: 403, type: "cluster_block_exception" }, "upstream_failed"],
  ];
  for (const [item, code] of cases) {
    const [thrown, detail] = failure(() => read(item, item, item));
    assert.equal(thrown, code);
    assert.match(detail, new RegExp(`answered ${item.status} \\(${item.type}\\)`));
  }
});

Deno.test("where some were taken, what a wrong setting keeps out is sent again by itself", () => {
  assert.deepEqual(read(TAKEN, FORBIDDEN, CONFLICT, FORBIDDEN), {
    refused: [],
    again: [1, 3],
    altered: 0,
  });
  assert.equal(failure(() => read(FORBIDDEN, FORBIDDEN))[0], "destination_unauthorized");
});

Deno.test("nothing counts as delivered unless the answer tells of each event, in order", () => {
  const texts: [string, number][] = [
    ["", 1],
    ["<html>Sign in</html>", 1],
    ["{}", 1],
    ['{"items":[]}', 1],
    [bulk([TAKEN]), 2],
    [bulk([TAKEN, TAKEN, TAKEN]), 2],
    [bulk([{ ...TAKEN, id: "e-1" }, { ...TAKEN, id: "e-0" }]), 2],
    ['{"items":[{"index":{"_id":"e-0","status":201}}]}', 1],
    [bulk([{ status: 302 }]), 1],
  ];
  for (const [text, count] of texts) {
    assert.equal(failure(() => readText(200, text, count))[0], "upstream_unreadable", text);
  }
});

Deno.test("a request that is refused whole is taken apart, unless a setting is wrong", () => {
  const error = (type: string) => JSON.stringify({ error: { type, reason: "so" }, status: 400 });
  assert.deepEqual(readText(413, ""), {
    refusedWhole: { status: 413, reason: "it calls the request too large" },
  });
  assert.deepEqual(readText(400, error("illegal_argument_exception")), {
    refusedWhole: { status: 400, reason: "it refuses the request (illegal_argument_exception)" },
  });
  assert.deepEqual(readText(400, '{"error":"no handler found"}'), {
    refusedWhole: { status: 400, reason: "it refuses the request" },
  });
  const cases: [number, string, string][] = [
    [400, error("invalid_index_name_exception"), "destination_not_found"],
    [401, error("security_exception"), "destination_unauthorized"],
    [403, error("security_exception"), "destination_unauthorized"],
    [404, error("index_not_found_exception"), "destination_not_found"],
    [429, error("circuit_breaking_exception"), "upstream_rate_limited"],
    [406, '{"error":"Content-Type header [text/plain] is not supported"}', "upstream_failed"],
    [503, "<html>", "upstream_failed"],
  ];
  for (const [status, text, code] of cases) {
    assert.equal(failure(() => readText(status, text))[0], code, `${status}`);
  }
});
