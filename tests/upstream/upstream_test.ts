/** Requests to other services, on a scripted `fetch`: attempts, what is counted, and what is thrown. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import {
  Upstream,
  type UpstreamOptions,
  type UpstreamRequest,
} from "../../src/upstream/upstream.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const PUSH: UpstreamRequest = {
  name: "xsiam",
  method: "POST",
  url: "https://api-tenant.example.com/logs/v1/event?secret=1",
  body: "an event",
};

/** An upstream whose attempts have these outcomes, one after another: a status, or no answer at all. */
function scripted(
  outcomes: readonly (number | "no answer" | Response)[],
  options: Partial<UpstreamOptions> = {},
) {
  const sent: RequestInit[] = [];
  const upstream = new Upstream({
    fetch(_url, init) {
      const outcome = outcomes[sent.push(init!) - 1];
      if (outcome === "no answer") return Promise.reject(new TypeError("connection reset"));
      return Promise.resolve(
        outcome instanceof Response ? outcome : new Response(null, { status: outcome }),
      );
    },
    now: () => NOW,
    timeoutMs: 60_000,
    retryDelayMs: 0,
    deadlineMs: NOW + 120_000,
    maxRequests: 10,
    ...options,
  });
  return { upstream, sent };
}

async function thrown(work: Promise<unknown>): Promise<CollectorError> {
  const error = await work.then(() => null, (error) => error);
  assert.ok(error instanceof CollectorError, String(error));
  return error;
}

Deno.test("attempts without an answer are counted on the reply that comes at last", async () => {
  const { upstream, sent } = scripted(["no answer", 500, "no answer", 200]);
  const { status, unanswered } = await upstream.send(PUSH);
  assert.deepEqual([status, unanswered], [200, 2]);
  assert.deepEqual(upstream.used, {
    retries: 3,
    answers: { xsiam: { none: 2, 500: 1, 200: 1 } },
  });
  assert.deepEqual(
    sent.map(({ body, redirect }) => [body, redirect]),
    Array(4).fill(["an event", "manual"]),
  );
});

Deno.test("and on what is thrown", async (t) => {
  const cases: [string, (number | "no answer")[], string, number][] = [
    ["when no attempt is answered", Array(4).fill("no answer"), "upstream_unreachable", 4],
    ["when only the last one is not", [500, 500, 500, "no answer"], "upstream_unreachable", 1],
    ["when a redirect comes at last", ["no answer", 301], "upstream_redirected", 1],
  ];
  for (const [name, outcomes, code, unanswered] of cases) {
    await t.step(name, async () => {
      const error = await thrown(scripted(outcomes).upstream.send(PUSH));
      assert.deepEqual([error.code, error.details.unanswered], [code, unanswered]);
      assert.doesNotMatch(error.message, /secret/);
    });
  }
});

Deno.test("an answer that nothing was modified is no redirect", async () => {
  assert.equal((await scripted([304]).upstream.send(PUSH)).status, 304);
});

Deno.test("the body is at hand when it is decided whether an answer is worth a retry", async () => {
  const answers =
    () => [new Response("busy", { status: 500 }), new Response("final", { status: 500 })];
  const { upstream } = scripted(answers());
  const reply = await upstream.send({ ...PUSH, retry: ({ text }) => text === "busy" });
  assert.equal(reply.text, "final");
  assert.equal(upstream.used.retries, 1);
});

Deno.test("a request that is to be made once is not retried", async () => {
  for (const outcome of [500, 429, "no answer"] as const) {
    const { upstream, sent } = scripted([outcome]);
    await upstream.send({ ...PUSH, once: true }).catch(() => {});
    assert.equal(sent.length, 1);
  }
});

Deno.test("the budget ends the retries; a request beyond it is not sent", async () => {
  const { upstream, sent } = scripted([500, 500], { maxRequests: 2 });
  assert.equal((await upstream.send(PUSH)).status, 500);
  assert.equal(upstream.requestsLeft, 0);
  const error = await thrown(upstream.send(PUSH));
  assert.deepEqual([error.code, error.details.unanswered, sent.length], [
    "request_budget_spent",
    0,
    2,
  ]);
});

Deno.test("an attempt that takes longer than its time is told as that", async () => {
  const { upstream } = scripted([], {
    timeoutMs: 1,
    deadlineMs: NOW,
    fetch: (_url, init) =>
      new Promise((_, reject) => {
        init!.signal!.addEventListener("abort", () => reject(init!.signal!.reason));
      }),
  });
  const error = await thrown(upstream.send(PUSH));
  assert.deepEqual([error.code, error.details.unanswered], ["upstream_timeout", 1]);
});

Deno.test("who must leave requests to others makes no attempt that is theirs, a retry neither", async () => {
  const { upstream, sent } = scripted([200, 500, 200, 200], { maxRequests: 4 });
  const sender = upstream.leaving(2);
  assert.equal((await sender.send(PUSH)).status, 200);
  assert.equal((await sender.send(PUSH)).status, 500, "there is no request left to retry it");
  assert.equal((await thrown(sender.send(PUSH))).code, "request_budget_spent");
  assert.deepEqual([sent.length, upstream.requestsLeft], [2, 2]);
  assert.equal((await upstream.send(PUSH)).status, 200);
  assert.deepEqual(sender.used, upstream.used);
});

Deno.test("a request that has a way out of its own takes that, and counts as any other", async () => {
  const { upstream, sent } = scripted([]);
  const asked: [string, string | undefined][] = [];
  const reply = await upstream.send({
    ...PUSH,
    method: "PUT",
    fetch(url, init) {
      asked.push([String(url), init?.method]);
      return Promise.resolve(new Response("kept", { status: asked.length < 2 ? 503 : 200 }));
    },
  });
  assert.deepEqual([reply.status, reply.text], [200, "kept"]);
  assert.deepEqual(asked, Array(2).fill([PUSH.url, "PUT"]));
  assert.equal(sent.length, 0);
  assert.deepEqual(upstream.used, { retries: 1, answers: { xsiam: { 503: 1, 200: 1 } } });
  assert.equal(upstream.requestsLeft, 8);
});

Deno.test("what is sent again in another request waits as a retry does, within the same limits", async () => {
  let nowMs = NOW;
  const slept: number[] = [];
  const options = {
    now: () => nowMs,
    retryDelayMs: 5000,
    sleep: (ms: number) => Promise.resolve(void slept.push(ms)),
  };
  const { upstream } = scripted([200, 200], { ...options, maxRequests: 2 });
  const waited = [];
  for (const n of [1, 2, 3, 4]) waited.push(await upstream.waitToRetry(n));
  assert.deepEqual([waited, slept], [[true, true, true, false], [5000, 10_000, 15_000]]);
  nowMs = NOW + 115_000;
  assert.equal(await upstream.waitToRetry(1), false, "the run ends before that");
  nowMs = NOW;
  await upstream.send(PUSH);
  await upstream.send(PUSH);
  assert.equal(await upstream.waitToRetry(1), false, "there is no request left");
});

Deno.test("headers that are made by a function are made anew for each attempt", async () => {
  let made = 0;
  const { upstream, sent } = scripted([500, "no answer", 200]);
  await upstream.send({ ...PUSH, headers: () => ({ attempt: String(++made) }) });
  assert.deepEqual(sent.map(({ headers }) => headers), [1, 2, 3].map((n) => ({ attempt: `${n}` })));
});

Deno.test("of a secret URL only the host is shown, in errors and in traces", async () => {
  const traced: unknown[] = [];
  const trace = (attempt: unknown) => traced.push(attempt);
  const request = { ...PUSH, label: "The hook", isUrlSecret: true, once: true };
  for (const outcome of [302, "no answer"] as const) {
    const { upstream } = scripted([outcome], { trace });
    const { message } = await thrown(upstream.send(request));
    assert.match(message, /^The hook \(POST api-tenant\.example\.com\/…\) /);
  }
  assert.deepEqual(traced.length, 2);
  assert.doesNotMatch(JSON.stringify(traced), /logs|secret/);
});

Deno.test("once asked to stop, nothing is retried", async () => {
  const stop = { aborted: false };
  const { upstream, sent } = scripted([500, "no answer", 200], { stop });
  stop.aborted = true;
  assert.equal((await upstream.send(PUSH)).status, 500);
  assert.equal((await thrown(upstream.send(PUSH))).code, "upstream_unreachable");
  assert.equal(sent.length, 2);
});
