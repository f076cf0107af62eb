/** What each of HEC's answers means for the events that were sent. */
import assert from "node:assert/strict";
import { readAnswer, tookPart } from "../../../src/destinations/hec/answer.ts";
import { CollectorError } from "../../../src/errors.ts";

const read = (status: number, body: unknown, events = 5) =>
  readAnswer({
    status,
    text: typeof body === "string" ? body : JSON.stringify(body),
    unanswered: 0,
  }, events);

/** The code of the error that an answer is, and what it says. */
function thrown(status: number, body: unknown): [string, string] {
  try {
    read(status, body);
  } catch (error) {
    if (error instanceof CollectorError) return [error.code, error.details.detail];
  }
  assert.fail("nothing is thrown");
}

const at = (code: number, number: number) => ({ text: "…", code, "invalid-event-number": number });

Deno.test("only HEC's own acknowledgement is one", () => {
  const all = { refused: [], again: [], unanswered: 0 };
  assert.deepEqual(read(200, { text: "Success", code: 0 }), all);
  assert.deepEqual(read(200, { text: "Success", code: 0, ackId: 7 }), all);
  // taken, though the queue is nearly full: to send them again would repeat them
  assert.deepEqual(read(200, { text: "…", code: 24 }), all);
  for (const body of ["", "OK", "<html>", "[]", "null", { text: "Success" }, { code: "0" }]) {
    assert.equal(thrown(200, body)[0], "upstream_unreadable", JSON.stringify(body));
  }
  assert.equal(thrown(200, { text: "HEC is healthy", code: 17 })[0], "upstream_unreadable");
  assert.equal(thrown(201, { code: 0 })[0], "upstream_failed");
});

Deno.test("the events before an invalid one are delivered, it is refused, and those behind it are sent again", () => {
  for (const code of [6, 12, 13, 15]) {
    const answer = read(400, at(code, 2));
    assert.ok(!("refusedWhole" in answer));
    assert.deepEqual(answer.refused.map(({ index, status }) => [index, status]), [[2, 400]]);
    assert.deepEqual([answer.again, answer.unread], [[], [3, 4]]);
  }
  assert.deepEqual(read(400, at(6, 0)), {
    refused: [{ index: 0, status: 400, reason: "it calls the data malformed" }],
    again: [],
    unread: [1, 2, 3, 4],
    unanswered: 0,
  });
});

Deno.test("a refusal without a number, or with one of no event, is that of all", () => {
  for (const number of [undefined, null, -1, 5, 1.5, "2"]) {
    const answer = read(400, { code: 6, "invalid-event-number": number });
    assert.ok("refusedWhole" in answer, String(number));
  }
  for (const [status, body] of [[400, "cannot read request: EOF"], [413, ""], [400, { code: 5 }]]) {
    assert.ok("refusedWhole" in read(status as number, body));
  }
});

Deno.test("what a busy server did not take is sent again, and what it took is not", () => {
  for (const [status, code] of [[503, 9], [503, 23], [500, 8], [429, 26], [503, 6]]) {
    const answer = read(status, at(code, 2));
    assert.deepEqual(answer, { refused: [], again: [2, 3, 4], unanswered: 0 });
  }
});

Deno.test("a busy server that took nothing, or doesn't tell, is tried again by the same request", () => {
  const busy = [
    { status: 503, text: JSON.stringify({ code: 9 }) },
    { status: 503, text: JSON.stringify(at(9, 0)) },
    { status: 502, text: "<html>" },
    { status: 503, text: JSON.stringify(at(9, 5)) },
  ];
  for (const reply of busy) {
    assert.equal(tookPart(reply, 5), false);
    assert.equal(thrown(reply.status, reply.text)[0], "upstream_failed");
  }
  assert.equal(tookPart({ status: 503, text: JSON.stringify(at(9, 1)) }, 5), true);
  assert.equal(tookPart({ status: 400, text: JSON.stringify(at(6, 1)) }, 5), false);
  assert.equal(thrown(429, { code: 26 })[0], "upstream_rate_limited");
});

Deno.test("a wrong setting is no fault of the events, whatever the status and the number say", () => {
  for (const code of [7, 10, 11, 14, 16]) {
    for (const [status, body] of [[400, { code }], [400, at(code, 0)], [200, { code }]] as const) {
      const [error, detail] = thrown(status, body);
      assert.equal(error, "destination_misconfigured");
      assert.match(detail, new RegExp(`^Splunk HEC answered ${status}, code ${code}\\. \\w`));
    }
  }
  assert.match(thrown(400, at(7, 0))[1], /HEC_INDEX/);
  assert.equal(thrown(404, "Not found")[0], "destination_not_found");
});

Deno.test("a refused token is told as that", () => {
  for (const [status, code] of [[403, 1], [401, 2], [401, 3], [403, 4], [400, 4]]) {
    assert.equal(thrown(status, { code })[0], "destination_unauthorized");
  }
  for (const status of [401, 403]) assert.equal(thrown(status, "")[0], "destination_unauthorized");
});

Deno.test("nothing of an answer's text is passed on", () => {
  const text = "the event of jane@example.com";
  const answers = [400, 413].map((status) => JSON.stringify(read(status, { code: 6, text })));
  const errors = [200, 401, 404, 429, 500].map((status) => thrown(status, { code: 99, text })[1]);
  for (const said of [...answers, ...errors]) assert.doesNotMatch(said, /jane/);
});
