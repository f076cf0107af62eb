/** Which settings of the archive belong together, and what a prefix may be. */
import assert from "node:assert/strict";
import { s3 } from "../../../src/destinations/s3/kind.ts";
import { contradictions, keyPrefix } from "../../../src/destinations/s3/settings.ts";
import { listPipelines, readPipeline } from "../../../src/pipelines/pipelines.ts";

const ACCOUNT = {
  LIVEPERSON_ACCOUNT_ID: "111",
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "client-secret",
};
const BUCKET = {
  put: () => Promise.resolve({ httpEtag: "" }),
  head: () => Promise.resolve(null),
};
const BY_HTTP = {
  S3_URL: "https://s3.eu-central-1.amazonaws.com/my-bucket",
  S3_ACCESS_KEY_ID: "AKIA",
  S3_SECRET_ACCESS_KEY: "secret",
};

Deno.test("a prefix is a folder, with whatever a key may hold", () => {
  for (
    const [given, prefix] of [
      ["liveperson/audit/", "liveperson/audit/"],
      ["/a//b", "a/b/"],
      ["ä + b=c/", "ä + b=c/"],
    ]
  ) assert.equal(keyPrefix(given), prefix);
  for (const bad of ["/", "a/../b", "./a", "a\u0007", "x".repeat(501)]) {
    assert.throws(() => keyPrefix(bad), /must be a prefix of keys/, bad);
  }
});

Deno.test("a bound bucket is a destination by itself", () => {
  const [entry, ...others] = listPipelines({ ...ACCOUNT, ARCHIVE: BUCKET }, "workers");
  assert.deepEqual(others, []);
  assert.equal(entry.name, "111/audit/s3/ARCHIVE/liveperson/audit/");
  const settings = readPipeline(entry, "workers");
  assert.equal(settings.ARCHIVE, BUCKET);
});

Deno.test("an account may leave a bound bucket to others", () => {
  const list = [ACCOUNT, { ...ACCOUNT, LIVEPERSON_ACCOUNT_ID: "222", ARCHIVE: "" }];
  const variables = { LIVEPERSON_ACCOUNTS: JSON.stringify(list), ARCHIVE: BUCKET };
  assert.deepEqual(
    listPipelines(variables, "workers").map(({ pipeline }) => pipeline.destination?.kind),
    ["s3", undefined],
  );
});

Deno.test("a bucket by HTTP needs its URL and a key, and no other one may be bound", () => {
  assert.deepEqual(contradictions(BY_HTTP), []);
  assert.deepEqual(contradictions({ ...BY_HTTP, ARCHIVE: BUCKET }), [
    "S3_URL is set, but ARCHIVE is bound: an account has one archive",
  ]);
  const refusal = (given: Record<string, unknown>) => {
    const [entry] = listPipelines({ ...ACCOUNT, ...given }, "workers");
    try {
      readPipeline(entry, "workers");
    } catch (error) {
      return (error as Error).message;
    }
    return "taken";
  };
  assert.equal(refusal(BY_HTTP), "taken");
  assert.match(
    refusal({ ...BY_HTTP, S3_SECRET_ACCESS_KEY: "" }),
    /S3_SECRET_ACCESS_KEY is not set, but S3_URL is/,
  );
  assert.match(refusal({ ...BY_HTTP, ARCHIVE: BUCKET }), /an account has one archive/);
  assert.match(refusal({ ...BY_HTTP, ARCHIVE: "yes" }), /ARCHIVE must be an R2 bucket/);
  assert.match(refusal({ ...BY_HTTP, S3_REGION: "EU Central" }), /S3_REGION must be a region/);
});

Deno.test("what is called ARCHIVE and is no bucket makes no destination", () => {
  const [entry] = listPipelines({ ...ACCOUNT, ARCHIVE: "/var/archive" }, "deno");
  assert.equal(entry.pipeline.destination, null);
});

Deno.test("two buckets, and two prefixes of one, are two destinations", () => {
  const identity = (given: object) =>
    s3.identity({ S3_PREFIX: "a/", S3_FORMAT: "native", ...given });
  assert.deepEqual([
    identity({}),
    identity(BY_HTTP),
    identity({ ...BY_HTTP, S3_PREFIX: "b/" }),
    identity({ ARCHIVE: BUCKET }),
  ], [
    null,
    "s3.eu-central-1.amazonaws.com/my-bucket/a/",
    "s3.eu-central-1.amazonaws.com/my-bucket/b/",
    "ARCHIVE/a/",
  ]);
});
