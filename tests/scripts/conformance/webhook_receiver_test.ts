/** The receiver of webhooks that the conformance script starts: it must find what is wrong. */
import assert from "node:assert/strict";
import { Webhook } from "standardwebhooks";
import { startWebhookReceiver } from "../../../scripts/conformance/receivers/webhook_receiver.ts";

const SECRET = `whsec_${btoa("a secret of twenty-four.")}`;
const OTHER = `whsec_${btoa("another of the same size")}`;

Deno.test("a webhook is signed with the secret that it was signed with, and not if it was changed", async () => {
  await using receiver = await startWebhookReceiver();
  const body = '{"event_id":"é"}\n{"event_id":"b"}';
  const at = new Date();
  const send = (sent: string) =>
    fetch(receiver.url, {
      method: "POST",
      body: sent,
      headers: {
        "webhook-id": "one",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(SECRET).sign("one", at, body),
      },
    });
  await (await send(body)).body?.cancel();
  await (await send(`${body}\n`)).body?.cancel();
  const [whole, changed] = receiver.received;
  assert.equal(whole.id, "one");
  assert.equal(whole.body, body);
  assert.equal(whole.isSignedWith(SECRET), true);
  assert.equal(whole.isSignedWith(OTHER), false);
  assert.equal(changed.isSignedWith(SECRET), false);
});
