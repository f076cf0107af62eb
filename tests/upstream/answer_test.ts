/** Answers of servers that are broken or hostile, on a scripted `fetch`: how much is read, and for how long. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import { fetchAnswer } from "../../src/upstream/answer.ts";
import { maxAnswerBytes } from "../../src/upstream/answer_limits.ts";
import { Upstream, type UpstreamRequest } from "../../src/upstream/upstream.ts";

const NEVER = new AbortController().signal;
const URL = "https://example.com/";
const NOW = Date.parse("2026-03-10T12:00:00Z");
const KIB = 1024;

/** A body of these chunks, and then of the last one without end. Says how many were taken, and whether it was cancelled. */
function endless(...chunks: (string | Uint8Array)[]) {
  const seen = { taken: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks[Math.min(seen.taken++, chunks.length - 1)];
      controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
    },
    cancel() {
      seen.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { body, seen };
}

/** A body of which nothing more comes, and that ends when it is cancelled, or not even then. */
function stuck(cancel: () => void | Promise<void>) {
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array([32])),
    cancel,
  });
}

const answered = (body: BodyInit | null, status = 200) => () =>
  Promise.resolve(new Response(body, { status }));

function upstream(fetch: typeof globalThis.fetch, ending?: AbortSignal) {
  const limits = { timeoutMs: 20, retryDelayMs: 0, deadlineMs: NOW, maxRequests: 10 };
  return new Upstream({ fetch, now: () => NOW, ...limits, ...(ending && { ending }) });
}

async function thrown(work: Promise<unknown>): Promise<CollectorError> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof CollectorError, String(error));
  return error;
}

function asking(name: string): UpstreamRequest {
  return { name, method: "GET", url: `${URL}?secret=1`, label: "The service" };
}

Deno.test("a body is read up to the limit and not a chunk further, then cancelled", async () => {
  const { body, seen } = endless(" ".repeat(KIB));
  const limits = { maxBytes: 10 * KIB, signal: NEVER };
  const answer = await fetchAnswer(answered(body), URL, {}, limits);
  assert.deepEqual([answer.isWhole, answer.text.length, seen], [false, 10 * KIB, {
    taken: 11,
    cancelled: true,
  }]);
});

Deno.test("a body that is exactly as large as the limit is whole", async () => {
  for (const [extra, isWhole] of [[0, true], [1, false]] as const) {
    const limits = { maxBytes: 10 * KIB, signal: NEVER };
    const body = "x".repeat(10 * KIB + extra);
    const answer = await fetchAnswer(answered(body), URL, {}, limits);
    assert.deepEqual([answer.isWhole, answer.text.length], [isWhole, 10 * KIB]);
  }
});

Deno.test("characters that lie across chunks stay whole, and the mark of UTF-8 is dropped", async () => {
  const bytes = new TextEncoder().encode("\ufeffé€😀");
  const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
  const limits = { maxBytes: KIB, signal: NEVER };
  assert.equal((await fetchAnswer(answered(body), URL, {}, limits)).text, "é€😀");
});

Deno.test("time is up in the middle of a body too, whatever the client and the stream do about it", async () => {
  let cancelled = 0;
  const streams: (() => void | Promise<void>)[] = [
    () => void cancelled++,
    () => new Promise(() => cancelled++),
    () => Promise.reject(new Error(`cancelled ${cancelled++}`)),
  ];
  for (const cancel of streams) {
    const timer = setTimeout(() => {}, 10_000); // the timeout alone doesn't keep the process alive
    const error = await thrown(upstream(answered(stuck(cancel))).send(asking("audit")));
    assert.deepEqual([error.code, error.details.unanswered], ["upstream_timeout", 1]);
    clearTimeout(timer);
  }
  assert.equal(cancelled, 3);
});

Deno.test("a client that ignores the signal is not waited for, and its late answer is dropped", async () => {
  const { body, seen } = endless(" ");
  const { promise, resolve } = Promise.withResolvers<Response>();
  const timer = setTimeout(() => {}, 10_000);
  const error = await thrown(upstream(() => promise).send(asking("token")));
  clearTimeout(timer);
  assert.equal(error.code, "upstream_timeout");
  resolve(new Response(body));
  await promise;
  await new Promise((done) => setTimeout(done));
  assert.equal(seen.cancelled, true);
});

Deno.test("what is under way ends when the host does", async () => {
  const ending = new AbortController();
  const { body } = endless(" ");
  const sent = upstream(() => {
    queueMicrotask(() => ending.abort());
    return Promise.resolve(new Response(body));
  }, ending.signal).send(asking("audit"));
  assert.equal((await thrown(sent)).code, "run_interrupted");
});

Deno.test("an answer that is too large names the service, is asked for once, and leaves the request in doubt", async () => {
  for (const [name, kib] of [["token", 64], ["domain", 64], ["audit", 16_384], ["other", 1024]]) {
    let asked = 0;
    const { body, seen } = endless(new Uint8Array(64 * KIB).fill(32));
    const sender = upstream(() => {
      asked++;
      return answered(body)();
    });
    const error = await thrown(sender.send(asking(String(name))));
    assert.equal(error.code, "upstream_too_large");
    assert.deepEqual(error.details.upstream, { name, status: 200 });
    assert.deepEqual([error.details.unanswered, asked, seen.cancelled], [1, 1, true]);
    assert.equal(seen.taken, Number(kib) / 64 + 1);
    assert.match(error.message, /The service .* answered with more than (64 KiB|16 MiB|1 MiB)\.$/);
    assert.doesNotMatch(error.message, /secret/);
  }
});

Deno.test("each service's limit is exact", async () => {
  const limits = { audit: 16_384 * KIB, token: 64 * KIB, domain: 64 * KIB, xsiam: 1024 * KIB };
  for (const [name, limit] of Object.entries(limits)) {
    const send = (bytes: number) =>
      upstream(answered(new Uint8Array(bytes).fill(32))).send(asking(name));
    assert.equal((await send(limit)).text.length, limit);
    assert.equal((await thrown(send(limit + 1))).code, "upstream_too_large", name);
  }
});

Deno.test("an answer with too many values is not parsed, however small it is as text", async () => {
  const list = (objects: number) => `[${"{},".repeat(objects - 1)}{}]`;
  // an object is a value of the list, and counts once more for what it may hold
  const most = 250_000;
  const send = (objects: number, status = 200) =>
    upstream(answered(list(objects), status)).send({ ...asking("audit"), retry: () => false });
  assert.equal((await send(most)).text.length, list(most).length);
  const error = await thrown(send(most + 1));
  assert.equal(error.code, "upstream_too_large");
  assert.equal(error.details.cut?.readBytes, list(most + 1).length);
  assert.match(error.message, /answered with more than 500000 values\.$/);
  assert.deepEqual([(await send(most + 1, 400)).status, (await send(most + 1, 400)).text], [
    400,
    "",
  ]);
});

Deno.test("of a failure only the beginning is read: its status says enough, and it is retried as ever", async () => {
  let asked = 0;
  const reply = await upstream(() => {
    asked++;
    return answered(endless(" ".repeat(KIB)).body, 503)();
  }).send({ ...asking("token"), retry: ({ status }) => status === 503 && asked < 3 });
  assert.equal(reply.status, 503);
  assert.ok(reply.text.length <= maxAnswerBytes("token"));
});
