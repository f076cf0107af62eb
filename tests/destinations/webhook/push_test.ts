/** Pushing to a simulated receiver of webhooks, over HTTP on loopback. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Webhook as Verifier } from "standardwebhooks";
import { startWebhook, type WebhookRequest } from "../../../scripts/simulators/webhook.ts";
import { webhook } from "../../../src/destinations/webhook/kind.ts";
import { readAnswer } from "../../../src/destinations/webhook/push.ts";
import { Batch } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { linesOf, opened, thrownBy } from "../opened.ts";

const ALL_TAKEN = { refused: [], again: [], unanswered: 0 };
const PROBING = { probing: false };
const [OLD, NEW, STRANGE] = ["old", "new", "strange"].map((word) =>
  `whsec_${btoa(`the ${word} secret`.padEnd(32))}`
);

/** Does the package of the Standard Webhooks project verify the request? */
function isSignedWith(secret: string, { body, headers }: WebhookRequest): boolean {
  try {
    const given = headers as Record<string, string>;
    new Verifier(secret).verify(Buffer.from(body), given, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

Deno.test("a batch is sent as lines or as an array, and every byte of it is signed", async () => {
  for (const body of ["ndjson", "array"] as const) {
    await using hook = await startWebhook({ body, secrets: [NEW] });
    const lines = linesOf(3, 20);
    const { destination } = opened(webhook, hook.settings);
    assert.deepEqual(await destination.push(lines, PROBING), ALL_TAKEN);
    assert.deepEqual(hook.events, lines.map(({ json }) => JSON.parse(json)));
    const [request] = hook.requests;
    assert.ok(isSignedWith(NEW, request));
    assert.ok(!isSignedWith(STRANGE, request));
    const type = body === "array" ? "application/json" : "application/x-ndjson";
    assert.equal(request.headers["content-type"], type);
    assert.equal(request.headers["content-encoding"], undefined);
  }
});

Deno.test("while a secret is changed both sign, so that a receiver may know either", async () => {
  await using hook = await startWebhook({ secrets: [OLD] });
  const settings = { ...hook.settings, WEBHOOK_SECRET: `${OLD} ${NEW}` };
  const { destination } = opened(webhook, settings);
  await destination.push(linesOf(1), PROBING);
  hook.secrets = [NEW];
  await destination.push(linesOf(1), PROBING);
  for (const request of hook.requests) {
    assert.ok(isSignedWith(OLD, request) && isSignedWith(NEW, request));
  }
});

Deno.test("each attempt is signed anew, with its own time, and has the id of the batch", async () => {
  let nowMs = Date.now();
  await using hook = await startWebhook({ secrets: [NEW], dropsRepeats: true });
  // the first is stored, though its answer never comes
  hook.faults.next("push", { drop: "after" });
  hook.faults.next("push", { status: 503 });
  const { destination } = opened(webhook, hook.settings, {
    now: () => nowMs,
    fetch: (input, init) => (nowMs += 60_000, fetch(input, init)),
  });
  const answer = await destination.push(linesOf(2), PROBING);
  assert.deepEqual(answer, { ...ALL_TAKEN, unanswered: 1 });
  assert.deepEqual(hook.requests.map(({ status }) => status), [0, 503, 202]);
  const times = hook.requests.map(({ timestamp }) => Number(timestamp));
  assert.deepEqual(times.map((time) => time - times[0]), [0, 60, 120]);
  assert.ok(hook.requests.every((request) => isSignedWith(NEW, request)));
  assert.equal(new Set(hook.requests.map(({ id }) => id)).size, 1);
  assert.equal(hook.events.length, 2, "so the receiver can drop the repeat");
});

Deno.test("the same events have the same id in another run too, and other events another one", async () => {
  await using hook = await startWebhook();
  const idOf = async (lines: readonly Line[]) => {
    await opened(webhook, hook.settings).destination.push(lines, PROBING);
    return hook.requests.at(-1)!.id;
  };
  const id = await idOf(linesOf(3));
  assert.match(id!, /^batch_[0-9a-f]{32}$/);
  assert.equal(await idOf(linesOf(3)), id);
  assert.notEqual(await idOf(linesOf(2)), id);
  assert.equal(hook.requests[0].headers["webhook-signature"], undefined, "there is no secret");
});

Deno.test("further headers come along, and may say another content type", async () => {
  const headers = { "x-goog-api-key": "k3y", "x-webhook-access-key": "s3cret" };
  await using hook = await startWebhook({ headers });
  const all = { ...headers, "Content-Type": "application/json" };
  const settings = { ...hook.settings, WEBHOOK_HEADERS: JSON.stringify(all) };
  await opened(webhook, settings).destination.push(linesOf(1), PROBING);
  const [request] = hook.requests;
  assert.equal(request.headers["content-type"], "application/json");
  assert.deepEqual([request.status, request.headers["x-goog-api-key"]], [202, "k3y"]);
});

Deno.test("2xx is delivered; 400, 413 and 422 refuse the batch; nothing else says anything of the events", () => {
  const read = (status: number) =>
    readAnswer({ status, text: "jane@example.com", bytes: 0, unanswered: 0 });
  for (const status of [200, 201, 202, 204]) assert.deepEqual(read(status), ALL_TAKEN);
  for (const status of [400, 413, 422]) {
    const answer = read(status);
    assert.ok("refusedWhole" in answer && answer.refusedWhole.status === status);
    assert.doesNotMatch(answer.refusedWhole.reason, /jane/);
  }
  const codes = [[401, "destination_unauthorized"], [403, "destination_unauthorized"]]
    .concat([[404, "destination_not_found"], [429, "upstream_rate_limited"]])
    .concat([405, 408, 409, 415, 500, 503].map((status) => [status, "upstream_failed"]));
  for (const [status, code] of codes) {
    assert.throws(() => read(status as number), { code });
  }
});

Deno.test("a receiver that is gone for good is asked once, and is told as that", async () => {
  await using hook = await startWebhook({ status: 410 });
  const { destination } = opened(webhook, hook.settings);
  const { code, message } = await thrownBy(destination.push(linesOf(2), PROBING));
  assert.equal(code, "destination_not_found");
  assert.match(message, /answered 410: it is gone for good/);
  assert.equal(hook.requests.length, 1);
});

Deno.test("a redirect is not followed, and a busy or slow receiver is asked again", async () => {
  await using hook = await startWebhook();
  hook.faults.next("push", { redirect: `${hook.url}/elsewhere` });
  const { destination } = opened(webhook, hook.settings, { timeoutMs: 100 });
  assert.equal((await thrownBy(destination.push(linesOf(1), PROBING))).code, "upstream_redirected");
  assert.equal(hook.requests.length, 1);
  hook.faults.next("push", { status: 429, headers: { "retry-after": "0" } });
  hook.faults.next("push", { hang: true });
  assert.deepEqual(await destination.push(linesOf(1), PROBING), { ...ALL_TAKEN, unanswered: 1 });
});

Deno.test("nothing that is said or traced shows the URL, a secret or a header", async () => {
  const headers = { "x-key": "k3y-in-a-header" };
  const secrets = [NEW];
  await using hook = await startWebhook({ target: "/t0ken/path?key=t0ken", headers, secrets });
  const { destination, traced } = opened(webhook, hook.settings, { timeoutMs: 100 });
  await destination.push(linesOf(1), PROBING);
  assert.equal(hook.requests[0].status, 202);
  const said: string[] = [];
  for (const status of [400, 401, 404, 410, 500]) {
    hook.status = status;
    said.push(JSON.stringify(await destination.push(linesOf(1), PROBING).catch(String)));
  }
  hook.faults.next("push", { redirect: hook.url });
  hook.faults.next("push", { hang: true }, 4);
  for (let n = 0; n < 2; n++) {
    said.push((await thrownBy(destination.push(linesOf(1), PROBING))).message);
  }
  assert.match(said.at(-1)!, /^Webhook \(POST 127\.0\.0\.1:\d+\/…\) did not answer/);
  for (const text of [...said, JSON.stringify(traced)]) {
    assert.doesNotMatch(text, /t0ken|k3y|whsec/);
  }
});

Deno.test("no body has more than 900 kB, brackets and commas counted", async () => {
  for (const body of ["ndjson", "array"] as const) {
    await using hook = await startWebhook({ body, maxBytes: 900_000 });
    const { destination } = opened(webhook, hook.settings);
    const batch = new Batch<Line>(destination.limits);
    const send = async () => {
      assert.deepEqual(await destination.push(batch.drain(), PROBING), ALL_TAKEN);
    };
    for (const line of linesOf(6000, 400)) {
      if (!batch.hasRoomFor(line.bytes)) await send();
      batch.add(line);
      if (batch.full) await send();
    }
    await send();
    assert.equal(hook.events.length, 6000);
    assert.ok(hook.requests.slice(0, -1).every(({ body }) => body.length > 899_000));
  }
});
