import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { type HecSimulator, startHec } from "../../scripts/simulators/hec.ts";

const event = (id: string, more: object = {}) =>
  JSON.stringify({ event: { text: id }, fields: { event_id: id }, ...more });

/** Pushes a body as a well-behaved sender does, but for `changes` to the headers. */
async function push(
  simulator: HecSimulator,
  body: string | Uint8Array<ArrayBuffer>,
  changes: Record<string, string> = {},
  path = simulator.path,
) {
  const headers = {
    authorization: `Splunk ${simulator.token}`,
    "content-type": "application/json",
    ...changes,
  };
  const answer = await fetch(simulator.url + path, { method: "POST", headers, body });
  const { code, ...said } = await answer.json();
  return [answer.status, code, said["invalid-event-number"]];
}

Deno.test("HEC stores one event a line, compressed or not, and counts how often each arrived", async () => {
  await using simulator = await startHec();
  assert.deepEqual(await push(simulator, `${event("a")}\n${event("b")}\n`), [200, 0, undefined]);
  const zipped = new Uint8Array(gzipSync(event("a")));
  assert.deepEqual(await push(simulator, zipped, { "content-encoding": "gzip" }), [
    200,
    0,
    undefined,
  ]);
  assert.deepEqual([...simulator.ids], [["a", 2], ["b", 1]]);
  assert.equal(simulator.count, 3);
});

Deno.test("HEC checks the token, the channel, the path and the body", async () => {
  await using simulator = await startHec({ acknowledges: true, maxBytes: 100 });
  const channel = { "x-splunk-request-channel": crypto.randomUUID() };
  const code = async (changes: Record<string, string>, body = event("a"), path?: string) =>
    (await push(simulator, body, changes, path))[1];
  assert.equal(await code(channel), 0);
  assert.equal(await code({}), 10);
  assert.equal(await code({ "x-splunk-request-channel": "main" }), 11);
  assert.equal(await code({ ...channel, authorization: "Splunk wrong" }), 4);
  assert.equal(await code({ ...channel, authorization: `Bearer ${simulator.token}` }), 3);
  assert.equal(await code({ ...channel, authorization: "" }), 2);
  assert.equal(await code(channel, event("a"), `${simulator.path}?token=t`), 16);
  assert.equal(await code({ ...channel, "content-type": "text/plain" }), 6);
  assert.equal(await code({ ...channel, "content-encoding": "gzip" }), 6);
  assert.equal(await code(channel, ""), 5);
  assert.deepEqual(await push(simulator, event("a".repeat(100)), channel), [
    413,
    undefined,
    undefined,
  ]);
  assert.deepEqual(await push(simulator, event("a"), channel, "/elsewhere"), [
    404,
    undefined,
    undefined,
  ]);
  assert.equal(simulator.count, 1);
});

Deno.test("HEC takes what comes before the first event that it does not take, and tells its number", async () => {
  await using simulator = await startHec({ indexes: ["main"] });
  const refused = [
    ["not json", 6],
    ["{}", 12],
    ['{"event":""}', 13],
    [event("b", { fields: { event_id: { deep: "b" } } }), 15],
    [event("b", { index: "other" }), 7],
    [event("b", { time: "now" }), 6],
  ] as const;
  for (const [line, code] of refused) {
    const body = `${event("a", { index: "main" })}\n${line}\n${event("c")}`;
    assert.deepEqual(await push(simulator, body), [400, code, 1], line);
  }
  assert.deepEqual([...simulator.ids], [["a", refused.length]]);
});

Deno.test("HEC is busy, refuses events, or takes all with a warning, when it is told to", async () => {
  await using simulator = await startHec({ takes: (push) => push === 1 ? 1 : undefined });
  const body = `${event("a")}\n${event("b")}`;
  assert.deepEqual(await push(simulator, body), [503, 9, 1]);
  simulator.poison = ({ fields }) => fields?.event_id === "b";
  simulator.poisonCode = 13;
  assert.deepEqual(await push(simulator, body), [400, 13, 1]);
  simulator.poison = undefined;
  simulator.takenCode = 24;
  assert.deepEqual(await push(simulator, body), [200, 24, undefined]);
});

Deno.test("HEC tells its health, unless it has no such path", async () => {
  await using simulator = await startHec();
  const health = async (token: string) => {
    const headers = { authorization: `Splunk ${token}` };
    const answer = await fetch(`${simulator.url}/services/collector/health`, { headers });
    return [answer.status, (await answer.json()).code];
  };
  assert.deepEqual(await health(simulator.token), [200, 17]);
  assert.deepEqual(await health("wrong"), [400, 21]);
  simulator.tellsHealth = false;
  assert.deepEqual(await health(simulator.token), [404, undefined]);
});
