import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { startXsiam, type XsiamSimulator } from "../../scripts/simulators/xsiam.ts";

const event = (id: string, text = "") => JSON.stringify({ event_id: id, text });

/**
 * Pushes a body as a well-behaved sender does, but for `changes` to the headers; returns status and
 * text.
 */
async function push(
  simulator: XsiamSimulator,
  body: string | Uint8Array<ArrayBuffer>,
  changes: Record<string, string> = {},
  path = "/logs/v1/event",
): Promise<[number, string]> {
  const headers = { authorization: "key", "content-type": "text/plain", ...changes };
  const answer = await fetch(simulator.url + path, { method: "POST", headers, body });
  return [answer.status, await answer.text()];
}

Deno.test("XSIAM stores one record a line and counts how often each arrived", async () => {
  await using simulator = await startXsiam({ apiKey: "key", compression: "none" });
  assert.deepEqual(await push(simulator, `${event("a")}\n${event("b")}\n`), [
    200,
    '{"error":"false"}',
  ]);
  await push(simulator, event("a"), { "content-type": "application/json" });
  assert.deepEqual(simulator.events.map((e) => e.event_id), ["a", "b", "a"]);
  assert.deepEqual([...simulator.deliveries()], [["a", 2], ["b", 1]]);
  assert.equal(simulator.count, 3);
  assert.equal(simulator.requests[0]!.records, 2);
  assert.equal(simulator.requests[0]!.encoding, "none");
});

Deno.test("XSIAM checks the key, the key's id, the path and the content type", async () => {
  await using simulator = await startXsiam({ apiKey: "key", authId: "3", compression: "none" });
  const status = async (changes: Record<string, string>, path?: string) =>
    (await push(simulator, event("a"), changes, path))[0];
  assert.equal(await status({ "x-xdr-auth-id": "3" }), 200);
  assert.equal(await status({ "x-xdr-auth-id": "3", authorization: "Bearer key" }), 401);
  assert.equal(await status({}), 401);
  assert.equal(await status({ "x-xdr-auth-id": "3" }, "/logs/v1/events"), 404);
  assert.equal(await status({ "x-xdr-auth-id": "3", "content-type": "text/csv" }), 500);
  assert.equal(simulator.count, 1);
});

Deno.test("XSIAM blames its setting when the compression or the format is not what it expects", async () => {
  await using simulator = await startXsiam({ apiKey: "key", compression: "gzip" });
  const zipped = new Uint8Array(gzipSync(event("a")));
  const gzip = { "content-encoding": "gzip" };
  assert.equal((await push(simulator, zipped, gzip))[0], 200);
  for (
    const [body, headers] of [
      [event("a"), {}],
      [event("a"), gzip],
      [zipped, {}],
      [new Uint8Array(gzipSync("[1]")), gzip],
      [new Uint8Array(gzipSync("")), gzip],
      [new Uint8Array(gzipSync(`${event("a")}\n\n${event("b")}`)), gzip],
    ] as const
  ) {
    const [status, text] = await push(simulator, body, headers);
    assert.equal(status, 500);
    assert.match(text, /does not match the collector's setting/);
  }
  simulator.compression = "none";
  assert.equal((await push(simulator, zipped, gzip))[0], 500);
  assert.equal(simulator.count, 1);
});

Deno.test("XSIAM refuses a body above 10 MiB and a record above 5 MB", async () => {
  await using simulator = await startXsiam({ apiKey: "key", compression: "none" });
  const record = (bytes: number) => event("a", "x".repeat(bytes - event("a").length));
  const status = async (body: string) => (await push(simulator, body))[0];
  assert.equal(await status(record(5_000_000)), 200);
  assert.equal(await status(record(5_000_001)), 413);
  assert.equal(await status(record(4_999_999).replaceAll("xx", "é ")), 413, "bytes, not letters");
  const two = `${record(5_000_000)}\n${record(5_000_000)}\n`;
  assert.equal(await status(two + record(10 * 1024 * 1024 - two.length)), 200);
  assert.equal(await status(two + record(10 * 1024 * 1024 - two.length + 1)), 413);
});

Deno.test("XSIAM refuses a body whole for one poisonous event", async () => {
  await using simulator = await startXsiam({
    apiKey: "key",
    compression: "none",
    keepEvents: false,
    poison: ({ event_id }) => event_id === "bad",
  });
  assert.equal((await push(simulator, `${event("good")}\n${event("bad")}`))[0], 400);
  simulator.poisonStatus = 413;
  assert.equal((await push(simulator, event("bad")))[0], 413);
  assert.equal(simulator.count, 0);
  simulator.poison = undefined;
  assert.equal((await push(simulator, event("bad")))[0], 200);
  assert.deepEqual([...simulator.ids], [["bad", 1]]);
  assert.equal(simulator.events.length, 0);
});
