/** What the answers to an object that is put mean. Pure. */
import assert from "node:assert/strict";
import { isWorthRetry, readAnswer } from "../../../src/destinations/s3/answer.ts";
import { CollectorError } from "../../../src/errors.ts";

function replyOf(status: number, code?: string, headers: Record<string, string> = {}) {
  const text = code === undefined ? "" : `<Error><Code>${code}</Code><Message>m</Message></Error>`;
  return { status, text, headers: new Headers(headers), bytes: 0, unanswered: 1 };
}

function read(...reply: Parameters<typeof replyOf>): string {
  try {
    return readAnswer(replyOf(...reply));
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    assert.equal(error.details.unanswered, 1);
    return `${error.code}: ${error.message}`;
  }
}

Deno.test("what was stored, by this request or an earlier one, is delivered", () => {
  assert.equal(read(200, undefined, { ETag: '"x"' }), "stored");
  assert.equal(read(412, "PreconditionFailed"), "stored");
  assert.equal(read(304), "stored", "as MinIO answered in 2023");
});

Deno.test("a success that isn't S3's counts for nothing", () => {
  assert.match(read(200), /^upstream_unreadable: .*without an ETag/);
  assert.match(read(412), /^upstream_failed/);
  assert.match(read(204, undefined, { ETag: '"x"' }), /^upstream_failed/);
});

Deno.test("a race for the same key is tried again, and what is too large is taken apart", () => {
  assert.equal(read(409, "ConditionalRequestConflict"), "again");
  assert.equal(read(413), "too large");
  assert.equal(read(400, "EntityTooLarge"), "too large");
});

Deno.test("everything else is an error with S3's own name for it, and no event is to blame", () => {
  const cases: [number, string, string][] = [
    [403, "AccessDenied", "destination_unauthorized"],
    [403, "SignatureDoesNotMatch", "destination_unauthorized"],
    [403, "InvalidAccessKeyId", "destination_unauthorized"],
    [403, "RequestTimeTooSkewed", "destination_unauthorized"],
    [400, "ExpiredToken", "destination_unauthorized"],
    [400, "AuthorizationHeaderMalformed", "destination_unauthorized"],
    [400, "BadDigest", "upstream_failed"],
    [400, "InvalidBucketName", "upstream_failed"],
    [404, "NoSuchBucket", "destination_not_found"],
    [429, "TooManyRequests", "upstream_rate_limited"],
    [503, "SlowDown", "upstream_rate_limited"],
    [503, "ServiceUnavailable", "upstream_failed"],
    [500, "InternalError", "upstream_failed"],
    [501, "NotImplemented", "upstream_failed"],
  ];
  for (const [status, code, meaning] of cases) {
    assert.equal(read(status, code), `${meaning}: S3 archive answered ${status} (${code}).`);
  }
});

Deno.test("what passes is worth another attempt", () => {
  const worth = [429, 500, 503].map((status) => isWorthRetry(replyOf(status)));
  const not = [200, 400, 403, 409, 412, 501].map((status) => isWorthRetry(replyOf(status)));
  assert.deepEqual(new Set(worth), new Set([true]));
  assert.deepEqual(new Set(not), new Set([false]));
});
