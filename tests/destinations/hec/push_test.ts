/** Pushing to a simulated HTTP Event Collector, over HTTP on loopback. */
import assert from "node:assert/strict";
import { startHec } from "../../../scripts/simulators/hec.ts";
import { hec } from "../../../src/destinations/hec/kind.ts";
import { envelope, envelopeBytes } from "../../../src/destinations/hec/envelope.ts";
import { Batch } from "../../../src/engine/batch.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { linesOf, opened, thrownBy } from "../opened.ts";

const ALL_TAKEN = { refused: [], again: [], unanswered: 0 };
const PROBING = { probing: false };

Deno.test("an event comes in an envelope: its time in seconds, its id as an indexed field, and what is set", async () => {
  await using splunk = await startHec({ indexes: ["audit"] });
  const said = { HEC_INDEX: "audit", HEC_SOURCE: "s", HEC_SOURCETYPE: "t", HEC_HOST: "h" };
  const { destination } = opened(hec, { ...splunk.settings, ...said });
  const [line] = linesOf(1);
  assert.deepEqual(await destination.push([line], PROBING), ALL_TAKEN);
  assert.deepEqual(splunk.events, [{
    time: 1_795_600_000.123,
    ...{ host: "h", source: "s", sourcetype: "t", index: "audit" },
    event: JSON.parse(line.json),
    fields: { event_id: line.eventId },
  }]);
  const [{ encoding, path }] = splunk.requests;
  assert.deepEqual([encoding, path], ["gzip", "/services/collector/event"]);
});

Deno.test("what is not set is not said", async () => {
  await using splunk = await startHec();
  await opened(hec, splunk.settings).destination.push(linesOf(1), PROBING);
  const { host, index, source, sourcetype } = splunk.events[0];
  assert.deepEqual([host, index, source, sourcetype], [
    undefined,
    undefined,
    "liveperson",
    "liveperson:audit",
  ]);
});

Deno.test("the channel is the same for the same pipeline, and a token that requires one takes it", async () => {
  await using splunk = await startHec({ acknowledges: true });
  const push = async (settings: Record<string, string> = {}) => {
    const { destination } = opened(hec, { ...splunk.settings, ...settings });
    assert.deepEqual(await destination.push(linesOf(1), PROBING), ALL_TAKEN);
    return splunk.requests.at(-1)!.channel!;
  };
  const channel = await push();
  assert.match(channel, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(await push(), channel);
  assert.notEqual(await push({ HEC_INDEX: "other" }), channel);
});

Deno.test("a collector at a path of its own takes the token as a bearer", async () => {
  const path = "/api/v1/ingest/hec";
  await using logscale = await startHec({ path, scheme: "Bearer" });
  const settings = { ...logscale.settings, HEC_URL: logscale.url + path };
  const { destination } = opened(hec, settings);
  assert.deepEqual(await destination.push(linesOf(2), PROBING), ALL_TAKEN);
});

Deno.test("no request is larger than 900 kB before compression, envelopes counted", async () => {
  await using splunk = await startHec({ maxBytes: 900_000 });
  const { destination } = opened(hec, splunk.settings);
  const batch = new Batch<Line>(destination.limits);
  let requests = 0;
  const send = async () => {
    requests++;
    assert.deepEqual(await destination.push(batch.drain(), PROBING), ALL_TAKEN);
  };
  for (const line of linesOf(9000, 100)) {
    if (!batch.hasRoomFor(line.bytes)) await send();
    batch.add(line);
    if (batch.full) await send();
  }
  await send();
  assert.equal(splunk.count, 9000);
  assert.ok(splunk.requests.slice(0, -1).every(({ bytes }) => bytes > 800_000), "and each is full");
  assert.equal(requests, splunk.requests.length);
});

Deno.test("the room for an envelope is the most that one can take", () => {
  const metadata = { host: "é", source: '"', sourcetype: "t", index: undefined };
  const room = envelopeBytes(metadata);
  for (const [timeMs, number] of [[0, 1], [1_795_600_000_123, 1], [-1, 2 ** 31]]) {
    const event = { eventId: `${"0".repeat(32)}-${number}`, occurrence: 1, timeMs, json: "{}" };
    const bytes = new TextEncoder().encode(`${envelope(event, metadata)}\n`).length;
    assert.ok(bytes - 2 <= room && room < bytes + 60, `${bytes - 2} of ${room}`);
  }
});

Deno.test("a refused event costs one push: nothing before it is sent again", async () => {
  await using splunk = await startHec({ poisonCode: 12 });
  splunk.poison = ({ fields }) => String(fields?.event_id).startsWith(`${"0".repeat(31)}3`);
  const answer = await opened(hec, splunk.settings).destination.push(linesOf(6), PROBING);
  assert.deepEqual(answer, {
    refused: [{ index: 3, status: 400, reason: "it says that the event is missing" }],
    again: [],
    unread: [4, 5],
    unanswered: 0,
  });
  assert.equal(splunk.count, 3);
});

Deno.test("a batch of which a busy server took a part is not sent again by itself", async () => {
  await using splunk = await startHec({ takes: () => 2 });
  const answer = await opened(hec, splunk.settings).destination.push(linesOf(5), PROBING);
  assert.deepEqual(answer, { refused: [], again: [2, 3, 4], unanswered: 0 });
  assert.deepEqual([splunk.requests.length, splunk.count], [1, 2]);
});

Deno.test("a batch of which it took nothing is", async () => {
  for (const busyCode of [8, 9, 23, 26] as const) {
    await using splunk = await startHec({ busyCode, takes: (push) => push < 3 ? 0 : undefined });
    const { destination } = opened(hec, splunk.settings);
    assert.deepEqual(await destination.push(linesOf(5), PROBING), ALL_TAKEN);
    assert.deepEqual([splunk.requests.length, splunk.count], [3, 5]);
  }
});

Deno.test("a server that stays busy is told as that, and a slow one as one that did not answer", async () => {
  await using splunk = await startHec({ takes: () => 0 });
  const { destination } = opened(hec, splunk.settings);
  const { code, details } = await thrownBy(destination.push(linesOf(5), PROBING));
  assert.deepEqual([code, details.detail], [
    "upstream_failed",
    "Splunk HEC answered 503, code 9.",
  ]);
  splunk.takes = undefined;
  splunk.faults.next("push", { hang: true }, 4);
  const hasty = opened(hec, splunk.settings, { timeoutMs: 50 }).destination;
  const { code: late, details: { unanswered } } = await thrownBy(hasty.push(linesOf(1), PROBING));
  assert.deepEqual([late, unanswered], ["upstream_timeout", 4]);
});

Deno.test("a wrong index, token or path fails the push, and no event is to blame", async () => {
  await using splunk = await startHec({ indexes: ["main"] });
  const cases = [
    [{ HEC_INDEX: "elsewhere" }, "destination_misconfigured"],
    [{ HEC_TOKEN: "wrong" }, "destination_unauthorized"],
    [{ HEC_AUTH_SCHEME: "Bearer" }, "destination_unauthorized"],
    [{ HEC_URL: `${splunk.url}/elsewhere` }, "destination_not_found"],
  ] as const;
  for (const [settings, expected] of cases) {
    const { destination } = opened(hec, { ...splunk.settings, ...settings });
    const { code, message } = await thrownBy(destination.push(linesOf(2), PROBING));
    assert.equal(code, expected);
    assert.ok(!message.includes(splunk.token));
  }
  assert.equal(splunk.count, 0);
});

Deno.test("the check accepts settings that work, and stores nothing", async () => {
  await using splunk = await startHec({ acknowledges: true });
  assert.equal(await opened(hec, splunk.settings).check(), undefined);
  assert.deepEqual(splunk.requests.map(({ path, status }) => [path, status]), [
    ["/services/collector/health", 200],
    ["/services/collector/event", 400],
  ]);
  assert.equal(splunk.count, 0);
});

Deno.test("the check does not need the path that tells the health", async () => {
  await using splunk = await startHec({ tellsHealth: false });
  assert.equal(await opened(hec, splunk.settings).check(), undefined);
});

Deno.test("the check names what is wrong: token, scheme, URL, or that it is busy", async () => {
  for (const tellsHealth of [true, false]) {
    await using splunk = await startHec({ tellsHealth });
    const cases = [
      [{ HEC_TOKEN: "wrong" }, "destination_unauthorized"],
      [{ HEC_AUTH_SCHEME: "Bearer" }, "destination_unauthorized"],
      [{ HEC_URL: `${splunk.url}/elsewhere` }, "destination_not_found"],
    ] as const;
    for (const [settings, expected] of cases) {
      const { code } = await thrownBy(opened(hec, { ...splunk.settings, ...settings }).check());
      assert.equal(code, expected);
    }
    splunk.faults.next("push", { status: 503, body: '{"text":"Server is busy","code":9}' });
    const { code } = await thrownBy(opened(hec, splunk.settings).check());
    assert.equal(code, "upstream_failed");
  }
});

Deno.test("what the check can't tell is no failure", async () => {
  await using splunk = await startHec({ tellsHealth: false });
  splunk.faults.next("push", { status: 400, body: "no events", contentType: "text/plain" });
  const checked = await opened(hec, splunk.settings).check();
  assert.match(checked?.unverified ?? "", /answered a request without events with 400/);
});
