import assert from "node:assert/strict";
import type { Fault } from "../../scripts/simulators/faults.ts";
import { startXsiam, type XsiamSimulator } from "../../scripts/simulators/xsiam.ts";

const start = (latencyMs = 0) => startXsiam({ apiKey: "key", compression: "none", latencyMs });

function push(simulator: XsiamSimulator, signal: AbortSignal | null = null): Promise<Response> {
  return fetch(`${simulator.url}/logs/v1/event`, {
    method: "POST",
    headers: { authorization: "key", "content-type": "text/plain" },
    body: '{"event_id":"a"}',
    redirect: "manual",
    signal,
  });
}

async function status(simulator: XsiamSimulator): Promise<number> {
  const answer = await push(simulator);
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("a status, garbage or a redirect takes the place of the answer, and nothing is stored", async () => {
  await using simulator = await start();
  simulator.faults.next("push", { status: 429, headers: { "retry-after": "2" }, body: "slow" });
  simulator.faults.next("push", { garbage: "<html>", contentType: "text/html" });
  simulator.faults.next("push", { redirect: "http://elsewhere.example/" });

  const limited = await push(simulator);
  assert.equal(limited.status, 429);
  assert.equal(limited.headers.get("retry-after"), "2");
  assert.equal(await limited.text(), "slow");
  const garbage = await push(simulator);
  assert.equal(garbage.status, 200);
  assert.equal(garbage.headers.get("content-type"), "text/html");
  assert.equal(await garbage.text(), "<html>");
  const redirect = await push(simulator);
  assert.equal(redirect.status, 302);
  assert.equal(redirect.headers.get("location"), "http://elsewhere.example/");
  await redirect.body?.cancel();
  assert.equal(simulator.count, 0);
  assert.equal(await status(simulator), 200);
});

Deno.test("a dropped connection gives no answer: before it nothing is stored, after it everything", async () => {
  await using simulator = await start();
  simulator.faults.next("push", { drop: "before" });
  await assert.rejects(push(simulator));
  assert.equal(simulator.count, 0);
  simulator.faults.next("push", { drop: "after" });
  await assert.rejects(push(simulator));
  assert.equal(simulator.count, 1);
  assert.deepEqual(simulator.requests.map(({ status, records }) => [status, records]), [
    [0, 0],
    [0, 1],
  ]);
});

Deno.test("half an answer has its headers, but its body ends in an error", async () => {
  await using simulator = await start();
  simulator.faults.next("push", { half: true });
  const answer = await push(simulator);
  assert.equal(answer.headers.get("content-length"), String('{"error":"false"}'.length));
  await assert.rejects(answer.text());
  assert.equal(simulator.count, 1);
});

/** Applies `fault` to every push, and tells when the first has arrived. */
function arrival(simulator: XsiamSimulator, fault: Fault | undefined): Promise<void> {
  return new Promise((resolve) =>
    simulator.faults.when("push", () => {
      resolve();
      return fault;
    })
  );
}

Deno.test("a hanging request ends when the client leaves, and when the simulator closes", async () => {
  const simulator = await start();
  const leaving = new AbortController();
  const first = arrival(simulator, { hang: true });
  const left = assert.rejects(push(simulator, leaving.signal));
  await first;
  leaving.abort();
  await left;
  const second = arrival(simulator, { hang: true });
  const cut = assert.rejects(push(simulator));
  await second;
  await simulator.close();
  await cut;
  assert.equal(simulator.count, 0);
});

Deno.test("closing ends a delay, and closing again does nothing", async () => {
  const hourMs = 3_600_000;
  for (const [latencyMs, fault] of [[0, { delayMs: hourMs }], [hourMs, undefined]] as const) {
    const simulator = await start(latencyMs);
    const arrived = arrival(simulator, fault);
    const cut = assert.rejects(push(simulator));
    await arrived;
    await simulator.close();
    await simulator.close();
    await cut;
    assert.equal(simulator.count, 0);
  }
});

Deno.test("queued faults go first, then the rule, then the lasting one, until cleared", async () => {
  await using simulator = await start();
  simulator.faults.always("push", { status: 503 });
  simulator.faults.when("push", (n) => n === 2 ? { delayMs: 0 } : undefined);
  simulator.faults.next("push", { status: 500 }, 2);
  const statuses: number[] = [];
  for (let i = 0; i < 4; i++) statuses.push(await status(simulator));
  assert.deepEqual(statuses, [500, 500, 200, 503]);
  simulator.faults.clear();
  assert.equal(await status(simulator), 200);
});
