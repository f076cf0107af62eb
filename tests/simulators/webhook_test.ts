import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Webhook as Signer } from "standardwebhooks";
import { startWebhook, type WebhookSimulator } from "../../scripts/simulators/webhook.ts";

const SECRET = `whsec_${btoa("the secret of a webhook, 32 bytes")}`;
const EVENT = '{"event_id":"a"}';

/** Posts a body as the Standard Webhooks package signs it, but for `changes`; returns the status. */
async function post(
  simulator: WebhookSimulator,
  body: string,
  changes: Record<string, string> = {},
  at = new Date(),
): Promise<number> {
  const headers = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Signer(SECRET).sign("msg_1", at, Buffer.from(body)),
    ...changes,
  };
  const answer = await fetch(simulator.url, { method: "POST", headers, body });
  await answer.body?.cancel();
  return answer.status;
}

Deno.test("a webhook's receiver takes what the package of Standard Webhooks has signed, and nothing else", async () => {
  await using simulator = await startWebhook({ secrets: [SECRET], headers: { "x-key": "k" } });
  const key = { "x-key": "k" };
  assert.equal(await post(simulator, EVENT, key), 202);
  const refused: [number, Record<string, string>][] = [
    [403, {}],
    [400, { ...key, "webhook-id": "a.b" }],
    [401, { ...key, "webhook-id": "msg_2" }],
    [401, { ...key, "webhook-signature": `v1,${btoa("x".repeat(32))}` }],
    [401, { ...key, "webhook-signature": "" }],
  ];
  for (const [status, changes] of refused) {
    assert.equal(await post(simulator, EVENT, changes), status, JSON.stringify(changes));
  }
  const old = new Date(Date.now() - 6 * 60_000);
  assert.equal(await post(simulator, EVENT, key, old), 400);
  assert.deepEqual([...simulator.ids], [["a", 1]]);
});

Deno.test("a webhook's receiver checks the URL, the size and the body's form", async () => {
  await using simulator = await startWebhook({ maxBytes: 100 });
  assert.equal(await post(simulator, `${EVENT}\n${EVENT}`), 202);
  for (const body of ["", `${EVENT}\n`, `[${EVENT}]`, "1"]) {
    assert.equal(await post(simulator, body), 400, body);
  }
  assert.equal(await post(simulator, `{"text":"${"a".repeat(100)}"}`), 413);
  simulator.body = "array";
  assert.equal(await post(simulator, `[${EVENT}]`), 202);
  for (const body of [EVENT, "[]", "[1]"]) assert.equal(await post(simulator, body), 400, body);
  const elsewhere = await fetch(`${simulator.url}?more`, { method: "POST", body: EVENT });
  assert.equal(elsewhere.status, 404);
  await elsewhere.body?.cancel();
});

Deno.test("a webhook's receiver drops repeats, refuses events, or is gone, when it is told to", async () => {
  await using simulator = await startWebhook({ dropsRepeats: true });
  for (let n = 0; n < 2; n++) assert.equal(await post(simulator, EVENT), 202);
  assert.equal(simulator.events.length, 1);
  simulator.poison = ({ event_id }) => event_id === "a";
  simulator.poisonStatus = 422;
  assert.equal(await post(simulator, EVENT, { "webhook-id": "msg_2" }), 422);
  simulator.status = 410;
  assert.equal(await post(simulator, EVENT), 410);
});
