/** What a bound bucket does, told as S3's API would tell it. */
import assert from "node:assert/strict";
import { s3 } from "../../../src/destinations/s3/kind.ts";
import type { R2Bucket } from "../../../src/destinations/s3/r2_bucket.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import { CollectorError } from "../../../src/errors.ts";
import { FORGETFUL } from "../../../src/storage/vault.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";

const LINES = [
  lineOf({ eventId: "a-1", occurrence: 1, timeMs: 0, json: '{"event_id":"a-1"}' }),
];

/** A bucket that answers the first puts with these errors, and then keeps what it is given. */
function bucketThat(...errors: readonly string[]) {
  const kept = new Map<string, Uint8Array>();
  const conditions: (string | null)[] = [];
  const bucket: R2Bucket = {
    put(key, value, { onlyIf }) {
      const error = errors[conditions.length];
      conditions.push(onlyIf.get("If-None-Match"));
      if (error !== undefined) return Promise.reject(new Error(error));
      if (kept.has(key)) return Promise.resolve(null);
      kept.set(key, value);
      return Promise.resolve({ httpEtag: '"x"' });
    },
    head: () =>
      errors[0] === undefined ? Promise.resolve(null) : Promise.reject(new Error(errors[0])),
  };
  return { bucket, kept, conditions };
}

function tools(timeoutMs = 10_000) {
  const upstream = new Upstream({
    fetch: () => assert.fail("no request leaves the Worker"),
    ...{ now: Date.now, timeoutMs, retryDelayMs: 0, deadlineMs: Infinity, maxRequests: 20 },
  });
  return { upstream, now: Date.now, vault: () => FORGETFUL, account: "111" };
}

const settingsOf = (bucket: R2Bucket) =>
  ({ ARCHIVE: bucket, S3_PREFIX: "audit/", S3_FORMAT: "native" }) as const;

const push = (bucket: R2Bucket, using = tools()) =>
  s3.open(settingsOf(bucket), using)!.push(LINES, { probing: false });

const DELIVERED = { refused: [], again: [], unread: [] };

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => assert.fail("it was taken"), (error) => error);
  assert.ok(error instanceof CollectorError, String(error));
  return error.code;
}

Deno.test("an object is put on the condition that there is none, and is delivered either way", async () => {
  const { bucket, kept, conditions } = bucketThat();
  for (const _ of [1, 2]) assert.deepEqual(await push(bucket), DELIVERED);
  assert.deepEqual([kept.size, conditions], [1, ["*", "*"]]);
});

Deno.test("what fails for now is tried again, and counted as the run's requests", async () => {
  const { bucket, kept } = bucketThat(
    "put: We encountered an internal error. Please try again. (10001)",
    "put: Reduce your concurrent request rate for the same object. (10058)",
    "Network connection lost.",
  );
  const using = tools();
  assert.deepEqual(await push(bucket, using), DELIVERED);
  assert.equal(kept.size, 1);
  assert.deepEqual(using.upstream.used.answers, { s3: { 503: 1, 429: 1, none: 1, 200: 1 } });
});

Deno.test("a bucket that isn't there is told as such", async () => {
  const { bucket } = bucketThat("put: The specified bucket does not exist. (10006)");
  assert.equal(await codeOf(push(bucket)), "destination_not_found");
});

Deno.test("a bucket that doesn't answer is given up in time", async () => {
  const silent: R2Bucket = { put: () => new Promise(() => {}), head: () => new Promise(() => {}) };
  assert.equal(await codeOf(push(silent, tools(5))), "upstream_timeout");
});

Deno.test("the connection check asks the bucket for an object", async () => {
  const { check } = s3.connectionCheck;
  assert.equal(await check!(settingsOf(bucketThat().bucket), tools()), undefined);
  const { bucket } = bucketThat("head: The specified bucket does not exist. (10006)");
  assert.equal(await codeOf(check!(settingsOf(bucket), tools())), "destination_not_found");
});
