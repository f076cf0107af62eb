/** Pushing to a simulated Azure Monitor, over HTTP: tokens, limits, and what each answer means. */
import assert from "node:assert/strict";
import * as v from "valibot";
import {
  type AzureMonitorSimulator,
  startAzureMonitor,
} from "../../../scripts/simulators/azure_monitor.ts";
import { toLine } from "../../../src/collector/runs/event_line.ts";
import { sentinel } from "../../../src/destinations/sentinel/kind.ts";
import { LIMITS } from "../../../src/destinations/sentinel/push.ts";
import { toRow } from "../../../src/destinations/sentinel/row.ts";
import { Batch, type Line } from "../../../src/engine/batch.ts";
import { CollectorError } from "../../../src/errors.ts";
import type { AuditEvent } from "../../../src/sources/liveperson/event.ts";
import { memoryStore } from "../../../src/storage/memory_store.ts";
import { openVault } from "../../../src/storage/vault.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";

const CLIENT_SECRET = "az~s3cret.Q8";
const SHAPE = { format: "native", shape: toRow } as const;
const NOW = Date.parse("2026-03-10T12:00:00Z");

/** A simulator, and destinations for it: each call of `open` is a run of its own, on the same storage. */
async function stage(options: Partial<Parameters<typeof startAzureMonitor>[0]> = {}) {
  const clock = { nowMs: NOW };
  const now = () => clock.nowMs;
  const azure = await startAzureMonitor({ clientSecret: CLIENT_SECRET, now, ...options });
  const stored = new Map<string, string>();
  const vault = (secret: string, binding: string) =>
    openVault(memoryStore(stored), { key: "destination", secret, binding });
  const variables = azure.settings;
  const settings = (given: Readonly<Record<string, string>> = {}) =>
    v.parse(v.object(sentinel.settings), { ...variables, ...given });
  // on a connection that was used before, Deno would send a request again by itself
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const tools = (maxRequests = 20) => ({
    upstream: new Upstream({
      fetch: (input, init) => fetch(input, { ...init, client }),
      now,
      timeoutMs: 60_000,
      retryDelayMs: 0,
      deadlineMs: Infinity,
      maxRequests,
    }),
    now,
    account: "1",
    vault,
  });
  return {
    azure,
    clock,
    stored,
    open: (given?: Readonly<Record<string, string>>, maxRequests?: number) =>
      sentinel.open(settings(given), tools(maxRequests))!,
    check: () => sentinel.connectionCheck.check!(settings(), tools()),
    async [Symbol.asyncDispose]() {
      client.close();
      await azure.close();
    },
  };
}

/** An event that is like no other. */
function lineNo(n: number, fields: Readonly<Record<string, unknown>> = {}): Line {
  const time = new Date(NOW - 60_000 + n).toISOString();
  const event = {
    changeDate: time,
    newValue: `no. ${n}`,
    ...fields,
    _time: time,
    event_id: `e-${n}`,
  };
  return toLine(event as unknown as AuditEvent, 1, SHAPE, NOW);
}

const lines = (count: number) => Array.from({ length: count }, (_, n) => lineNo(n));

const probing = { probing: false };

/** The outcomes of the requests for one target. */
function statuses(azure: AzureMonitorSimulator, target: "token" | "push"): number[] {
  return azure.requests.filter((request) => request.target === target)
    .map(({ status }) => status);
}

async function failureOf(push: Promise<unknown>): Promise<CollectorError> {
  const error = await push.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof CollectorError, `it failed: ${error}`);
  assert.ok(!`${error.message} ${JSON.stringify(error.details)}`.includes(CLIENT_SECRET));
  return error;
}

Deno.test("204 is the acknowledgement; events arrive as rows", async () => {
  await using at = await stage();
  const answer = await at.open().push([lineNo(1), lineNo(2)], probing);
  assert.deepEqual(answer, { refused: [], again: [], altered: 0, unanswered: 0 });
  assert.deepEqual([...at.azure.ids], [["e-1", 1], ["e-2", 1]]);
  assert.equal(at.azure.rows[0].NewValue, "no. 1");
});

Deno.test("Azure replaces the time of an old change, and the row still has it", async () => {
  await using at = await stage();
  const time = "2026-01-02T03:04:05.000Z";
  const event = { changeDate: time, _time: time, event_id: "old" } as unknown as AuditEvent;
  await at.open().push([toLine(event, 1, SHAPE, NOW)], probing);
  const [{ TimeGenerated, ChangeDate }] = at.azure.rows;
  assert.deepEqual([TimeGenerated, ChangeDate], [new Date(NOW).toISOString(), time]);
});

Deno.test("events that were cut are counted", async () => {
  await using at = await stage();
  const long = lineNo(2, { newValue: "x".repeat(70_000) });
  const answer = await at.open().push([lineNo(1), long, lineNo(3)], probing);
  assert.equal("altered" in answer && answer.altered, 1);
  assert.deepEqual(at.azure.rows[1].CutFields, { NewValue: 70_000 });
});

Deno.test("a token is kept between runs, sealed, until shortly before it expires", async () => {
  await using at = await stage({ tokenLifetimeSeconds: 3600 });
  await at.open().push(lines(1), probing);
  await at.open().push(lines(1), probing);
  assert.deepEqual(statuses(at.azure, "token"), [200]);
  assert.deepEqual([...at.stored.keys()], ["destination"]);
  assert.ok(!atob(at.stored.get("destination")!).includes("eyJ0"));
  at.clock.nowMs += 3539_000;
  await at.open().push(lines(1), probing);
  assert.equal(statuses(at.azure, "token").length, 1);
  at.clock.nowMs += 1000;
  await at.open().push(lines(1), probing);
  assert.equal(statuses(at.azure, "token").length, 2);
  assert.deepEqual(statuses(at.azure, "push"), [204, 204, 204, 204]);
});

Deno.test("a token that another secret got is not used, and a refusal is told by Microsoft's number", async () => {
  await using at = await stage();
  await at.open().push(lines(1), probing);
  const other = at.open({ AZURE_MONITOR_CLIENT_SECRET: "rotated" });
  const error = await failureOf(other.push(lines(1), probing));
  assert.equal(error.code, "destination_unauthorized");
  assert.equal(error.details.detail, "Microsoft Entra ID answered 401, AADSTS7000215.");
  assert.deepEqual(error.details.upstream, { name: "sentinel", status: 401 });
});

Deno.test("a token that is refused is renewed once, and the same events are sent again", async () => {
  await using at = await stage({ callsPerToken: 2 });
  const destination = at.open();
  for (let n = 0; n < 5; n++) await destination.push([lineNo(n)], probing);
  assert.deepEqual(statuses(at.azure, "push"), [204, 204, 401, 204, 204, 401, 204]);
  assert.deepEqual([...at.azure.ids.values()], [1, 1, 1, 1, 1]);
});

Deno.test("a new token that is refused too is a matter of credentials", async () => {
  await using at = await stage({ callsPerToken: 0 });
  const error = await failureOf(at.open().push(lines(1), probing));
  assert.equal(error.code, "destination_unauthorized");
  assert.deepEqual(statuses(at.azure, "push"), [401, 401]);
  assert.deepEqual(statuses(at.azure, "token"), [200, 200]);
});

Deno.test("attempts that got no answer are told, also if a new token was needed after them", async () => {
  await using at = await stage();
  await at.open().push(lines(1), probing);
  at.azure.faults.next("push", { drop: "after" });
  at.azure.revokeTokens();
  const answer = await at.open().push(lines(1), probing);
  assert.deepEqual([answer.unanswered, statuses(at.azure, "push").slice(1)], [1, [0, 401, 204]]);

  at.azure.faults.next("push", { drop: "after" });
  at.azure.revokeTokens();
  at.azure.faults.always("token", { status: 400, body: "{}" });
  const error = await failureOf(at.open().push(lines(1), probing));
  assert.deepEqual([error.code, error.details.unanswered], ["destination_unauthorized", 1]);
});

Deno.test("a token request without an answer puts no event in doubt", async () => {
  await using at = await stage();
  at.azure.faults.always("token", { drop: "before" });
  const error = await failureOf(at.open().push(lines(1), probing));
  assert.deepEqual([error.code, error.details.unanswered], ["upstream_unreachable", 0]);
});

Deno.test("each answer means what Microsoft says", async () => {
  const refusal = (code: string, message = "") => JSON.stringify({ error: { code, message } });
  const cases = [
    [200, "", "upstream_unreadable"],
    [202, "", "upstream_unreadable"],
    [400, refusal("InvalidPayload"), 400],
    [400, "<html>stream not found</html>", 400],
    [400, refusal("InvalidStream"), "destination_not_found"],
    [400, refusal("", "Stream 'Custom-X' was not found in the rule"), "destination_not_found"],
    [403, refusal("OperationFailed"), "destination_unauthorized"],
    [404, refusal("NotFound"), "destination_not_found"],
    [404, refusal("RequestEntityTooLarge"), 404],
    [404, "", "destination_not_found"],
    [413, refusal("ContentLengthLimitExceeded"), 413],
    [429, "", "upstream_rate_limited"],
    [500, "", "upstream_failed"],
    [503, "", "upstream_failed"],
  ] as const;
  await using at = await stage();
  for (const [status, body, meaning] of cases) {
    at.azure.faults.always("push", { status, body });
    const push = at.open().push(lines(2), probing);
    if (typeof meaning === "number") {
      const answer = await push;
      assert.equal("refusedWhole" in answer && answer.refusedWhole.status, meaning);
    } else assert.equal((await failureOf(push)).code, meaning, `${status} ${body}`);
  }
});

Deno.test("a service that is busy is asked again when it says so", async () => {
  await using at = await stage();
  at.azure.faults.next("push", { status: 429, headers: { "Retry-After": "0" } }, 2);
  at.azure.faults.next("push", { status: 503 });
  const answer = await at.open().push(lines(3), probing);
  assert.ok(!("refusedWhole" in answer));
  assert.deepEqual(statuses(at.azure, "push"), [429, 429, 503, 204]);
  assert.equal(at.azure.rows.length, 3);
});

Deno.test("no call has over 1 MB, before compression too, however the events are batched", async () => {
  await using at = await stage();
  const destination = at.open({}, 100);
  const batch = new Batch<Line>(LIMITS);
  const all = Array.from({ length: 400 }, (_, n) => lineNo(n, { oldValue: "ü".repeat(n * 80) }));
  for (const line of all) {
    if (!batch.hasRoomFor(line.bytes)) await destination.push(batch.drain(), probing);
    batch.add(line);
    if (batch.full) await destination.push(batch.drain(), probing);
  }
  await destination.push(batch.drain(), probing);
  const calls = at.azure.requests.filter(({ target }) => target === "push");
  assert.ok(calls.length > 5);
  assert.ok(calls.every(({ status, plainBytes }) => status === 204 && plainBytes <= 1_000_000));
  assert.equal(at.azure.ids.size, 400);
});

Deno.test("a batch that is as large as it may be is taken, with its brackets and commas", async () => {
  await using at = await stage();
  const json = (bytes: number) => {
    const [head, tail] = [`{"TimeGenerated":"${new Date(NOW).toISOString()}","Event":["`, '"]}'];
    return head + "x".repeat(bytes - head.length - tail.length) + tail;
  };
  const sized = (bytes: number) => ({ ...lineNo(0), json: json(bytes), bytes });
  const batch = new Batch<Line>({ ...LIMITS, targetBytes: LIMITS.maxBytes });
  while (batch.hasRoomFor(60_000)) batch.add(sized(60_000));
  let rest = 60_000;
  while (!batch.hasRoomFor(rest)) rest--;
  batch.add(sized(rest));
  await at.open().push(batch.drain(), probing);
  const { status, plainBytes } = at.azure.requests.at(-1)!;
  assert.deepEqual([status, plainBytes], [204, 1_000_000]);
});

Deno.test("the connection check signs in and sends an empty list, and uses no remembered token", async () => {
  await using at = await stage();
  await at.check();
  assert.deepEqual([statuses(at.azure, "token"), statuses(at.azure, "push")], [[200], [204]]);
  assert.equal(at.azure.rows.length, 0);
  at.azure.hasRole = false;
  const { code, details } = await failureOf(at.check());
  assert.equal(code, "destination_unauthorized");
  assert.match(details.detail, /answered 403: the application has no role on the rule/);
  at.azure.hasRole = true;
  at.azure.stream = "Custom-Other";
  assert.equal((await failureOf(at.check())).code, "destination_not_found");
});
