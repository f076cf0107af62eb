/** What a bound bucket does, told as S3's API would tell it. */
import assert from "node:assert/strict";
import { s3 } from "../../../src/destinations/s3/kind.ts";
import type { R2Bucket } from "../../../src/destinations/s3/r2_bucket.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import { opened, thrownBy } from "../opened.ts";

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

/** The archive in a bucket. */
function archiveIn(bucket: R2Bucket, timeoutMs = 10_000) {
  const fetch = () => assert.fail("no request leaves the Worker");
  return opened(s3, { ARCHIVE: bucket }, { fetch, timeoutMs });
}

const push = (bucket: R2Bucket, timeoutMs?: number) =>
  archiveIn(bucket, timeoutMs).destination.push(LINES, { probing: false });

const DELIVERED = { refused: [], again: [], unread: [] };

const codeOf = async (work: Promise<unknown>) => (await thrownBy(work)).code;

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
  const { destination, traced } = archiveIn(bucket);
  assert.deepEqual(await destination.push(LINES, { probing: false }), DELIVERED);
  assert.equal(kept.size, 1);
  assert.deepEqual(traced.map(({ status }) => status), [503, 429, null, 200]);
  assert.deepEqual([traced[0].upstream, traced[0].host], ["s3", "ARCHIVE"]);
});

Deno.test("a bucket that isn't there is told as such", async () => {
  const { bucket } = bucketThat("put: The specified bucket does not exist. (10006)");
  assert.equal(await codeOf(push(bucket)), "destination_not_found");
});

Deno.test("a bucket that doesn't answer is given up in time", async () => {
  const silent: R2Bucket = { put: () => new Promise(() => {}), head: () => new Promise(() => {}) };
  assert.equal(await codeOf(push(silent, 5)), "upstream_timeout");
});

Deno.test("the connection check asks the bucket for an object", async () => {
  assert.equal(await archiveIn(bucketThat().bucket).check(), undefined);
  const { bucket } = bucketThat("head: The specified bucket does not exist. (10006)");
  assert.equal(await codeOf(archiveIn(bucket).check()), "destination_not_found");
});
