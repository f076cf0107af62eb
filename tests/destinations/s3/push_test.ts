/** Putting objects into a simulated bucket over real HTTP, and asking whether it would take them. */
import assert from "node:assert/strict";
import {
  eventsIn,
  type S3Options,
  type S3Simulator,
  startS3,
} from "../../../scripts/simulators/s3.ts";
import { s3 } from "../../../src/destinations/s3/kind.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { CollectorError } from "../../../src/errors.ts";
import { opened, thrownBy } from "../opened.ts";

const KEY = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalr/+bPxRfiCYEXAMPLEKEY",
  region: "eu-central-1",
};
const NOON = Date.parse("2026-03-10T12:00:00Z");
const DAY_MS = 86_400_000;

type Given = Readonly<Record<string, string>>;

/** The destination with the key, or with settings over that, for a bucket. */
const openedAt = ({ url }: { readonly url: string }, given: Given = {}) =>
  opened(s3, {
    S3_URL: url,
    S3_REGION: KEY.region,
    S3_ACCESS_KEY_ID: KEY.accessKeyId,
    S3_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    ...given,
  });

async function stage(options: Partial<S3Options> = {}, given: Given = {}) {
  const simulator = await startS3({ key: KEY, ...options });
  const { destination } = openedAt(simulator, given);
  return {
    simulator,
    push: (lines: readonly Line[]) => destination.push(lines, { probing: false }),
    [Symbol.asyncDispose]: () => simulator.close(),
  };
}

const lineAt = (timeMs: number, eventId: string): Line =>
  lineOf({ eventId, occurrence: 1, timeMs, json: JSON.stringify({ event_id: eventId }) });

const linesOf = (...ids: readonly string[]) => ids.map((id, i) => lineAt(NOON + i, id));

const idsIn = ({ objects }: S3Simulator) => eventsIn(objects).map((event) => event.event_id);

const DELIVERED = { refused: [], again: [], unread: [] };

const codeOf = async (work: Promise<unknown>) => (await thrownBy(work)).code;

for (const prefix of ["liveperson/audit/", "ä + b=c/(1)'!*~/"]) {
  Deno.test(`a batch becomes one object below ${prefix}, signed as S3 wants it`, async () => {
    await using e = await stage({}, { S3_PREFIX: prefix });
    assert.deepEqual(await e.push(linesOf("a-1", "b-1", "c-1")), DELIVERED);
    const [[key, { contentType }], ...others] = e.simulator.objects;
    assert.deepEqual(others, []);
    assert.ok(key.startsWith(`${prefix}account=12345678/dt=2026-03-10/120000-`), key);
    assert.equal(contentType, "application/gzip");
    assert.deepEqual(idsIn(e.simulator), ["a-1", "b-1", "c-1"]);
  });
}

Deno.test("a batch that is sent twice is there before, and delivered", async () => {
  await using e = await stage();
  for (const _ of [1, 2]) assert.deepEqual(await e.push(linesOf("a-1", "b-1")), DELIVERED);
  assert.deepEqual(e.simulator.answers, [200, 412]);
  assert.deepEqual(idsIn(e.simulator), ["a-1", "b-1"]);
});

Deno.test("an attempt that got no answer, or a bad one, is repeated, and nothing comes twice", async () => {
  await using e = await stage();
  e.simulator.faults.next("push", { drop: "after" });
  assert.deepEqual(await e.push(linesOf("a-1")), DELIVERED);
  e.simulator.error = (put) => put < 5 ? { status: 503, code: "SlowDown" } : undefined;
  assert.deepEqual(await e.push(linesOf("b-1")), DELIVERED);
  assert.deepEqual(e.simulator.answers, [0, 412, 503, 503, 200]);
  assert.deepEqual(idsIn(e.simulator), ["a-1", "b-1"]);
});

Deno.test("an object that lies under its key by another hand is left as it is: it can only be the same", async () => {
  await using e = await stage();
  await e.push(linesOf("a-1", "b-1"));
  const [key, object] = [...e.simulator.objects][0];
  const reversed = linesOf("b-1", "a-1").map((line, i) => ({ ...line, timeMs: NOON + 1 - i }));
  await e.push(reversed);
  assert.equal(e.simulator.objects.get(key), object);
  await e.push(linesOf("a-1"));
  await e.push(linesOf("a-1", "b-1", "c-1"));
  assert.equal(e.simulator.objects.size, 3, "other events have other keys");
});

Deno.test("the events of one day are stored, and those of others left for the next push", async () => {
  await using e = await stage();
  const lines = [
    lineAt(NOON, "a-1"),
    lineAt(NOON - DAY_MS, "late-1"),
    lineAt(NOON + 1, "b-1"),
    lineAt(NOON + DAY_MS, "c-1"),
  ];
  assert.deepEqual(await e.push(lines), { refused: [], again: [], unread: [1, 3] });
  assert.deepEqual(idsIn(e.simulator), ["a-1", "b-1"]);
});

Deno.test("a race for one key is tried again later, and too large an object is taken apart", async () => {
  await using e = await stage();
  e.simulator.error = () => ({ status: 409, code: "ConditionalRequestConflict" });
  assert.deepEqual(await e.push([...linesOf("a-1", "b-1"), lineAt(NOON + DAY_MS, "c-1")]), {
    refused: [],
    again: [0, 1],
    unread: [2],
  });
  e.simulator.error = undefined;
  e.simulator.maxBytes = 10;
  assert.deepEqual(await e.push(linesOf("a-1")), {
    refusedWhole: { status: 413, reason: "it calls the object too large" },
  });
  assert.equal(e.simulator.objects.size, 0);
});

Deno.test("a wrong key, an expired one, a missing right, a wrong region and no bucket are told", async () => {
  await using e = await stage();
  const cases: [Partial<S3Options>, string][] = [
    [{ key: { ...KEY, accessKeyId: "AKIDOTHER" } }, "destination_unauthorized"],
    [{ key: { ...KEY, secretAccessKey: "another" } }, "destination_unauthorized"],
    [{ key: { ...KEY, region: "us-east-1" } }, "destination_unauthorized"],
    [{ key: KEY, isKeyExpired: true }, "destination_unauthorized"],
    [{ isKeyExpired: false, rights: new Set(["list"]) }, "destination_unauthorized"],
    [{ rights: new Set(["put"]), now: () => Date.now() - 20 * 60_000 }, "destination_unauthorized"],
  ];
  for (const [change, code] of cases) {
    Object.assign(e.simulator, change);
    assert.equal(await codeOf(e.push(linesOf("a-1"))), code, JSON.stringify(change));
  }
  Object.assign(e.simulator, { now: Date.now });
  const url = e.simulator.url.replace("/archive", "/missing");
  const { destination } = openedAt({ url });
  const push = destination.push(linesOf("a-1"), { probing: false });
  assert.equal(await codeOf(push), "destination_not_found");
  assert.equal(e.simulator.objects.size, 0);
});

Deno.test("the region of Amazon's and Cloudflare's hosts need not be set", async () => {
  const signed: string[] = [];
  const fetch = (_: unknown, init?: RequestInit) => {
    signed.push(new Headers(init?.headers).get("Authorization")!);
    return Promise.resolve(new Response(null, { headers: { ETag: '"x"' } }));
  };
  for (
    const url of [
      "https://s3.eu-west-1.amazonaws.com/archive",
      "https://archive.s3.eu-west-3.amazonaws.com",
      "https://0123.r2.cloudflarestorage.com/archive",
      "https://minio.example.com/archive",
    ]
  ) {
    const given = { S3_URL: url, S3_ACCESS_KEY_ID: "key", S3_SECRET_ACCESS_KEY: "secret" };
    const { destination } = opened(s3, given, { fetch });
    await destination.push(linesOf("a"), { probing: false });
  }
  const regions = signed.map((header) => /\/\d{8}\/([\w-]+)\/s3\//.exec(header)![1]);
  assert.deepEqual(regions, ["eu-west-1", "eu-west-3", "auto", "us-east-1"]);
});

/** What the connection check says of such a bucket, under its URL or a changed one. */
async function checked(options: Partial<S3Options>, given: Given = {}, bucket = "archive") {
  const simulator = await startS3({ key: KEY, ...options });
  await using _ = { [Symbol.asyncDispose]: () => simulator.close() };
  const url = simulator.url.replace(/archive$/, bucket);
  try {
    return (await openedAt({ url }, given).check())?.unverified ?? "ok";
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    return `${error.code}: ${error.message}`;
  } finally {
    assert.equal(simulator.objects.size, 0, "it wrote nothing");
  }
}

Deno.test("the connection check tells what it can, and what it can't", async () => {
  assert.match(
    await checked({}),
    /^The bucket is there and the key is right; only writing would show whether it may write/,
  );
  assert.match(
    await checked({ rights: new Set(["put"]) }),
    /^The key is right, but may not list the bucket; only writing/,
  );
  assert.match(
    await checked({}, { S3_SECRET_ACCESS_KEY: "wrong" }),
    /^destination_unauthorized: .*\(SignatureDoesNotMatch\)/,
  );
  assert.match(await checked({}, {}, "missing"), /^destination_not_found: .*\(NoSuchBucket\)/);
});
