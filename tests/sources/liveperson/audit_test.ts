/** The audit trail as a source, against the simulated LivePerson on loopback: pages, and their failures. */
import assert from "node:assert/strict";
import type { Unrendered } from "../../../scripts/simulators/audit_page.ts";
import { type LivePersonOptions, startLivePerson } from "../../../scripts/simulators/liveperson.ts";
import { webDigest } from "../../../src/digest.ts";
import { CollectorError } from "../../../src/errors.ts";
import { readSettings } from "../../../src/pipelines/settings.ts";
import { AuditTrail } from "../../../src/sources/liveperson/audit.ts";
import { isPageFailure } from "../../../src/sources/liveperson/failure.ts";
import { Session } from "../../../src/sources/liveperson/session.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";
import { ACCOUNT, series } from "../../simulators/sample.ts";

const NOW = Date.parse("2024-03-11T12:00:00Z");
const RANGE = { day: "2024-03-10", offset: 0, first: 500 };

/** An account with five records, and its audit trail read by a host whose clock may be off. */
async function openTrail(
  options: Partial<LivePersonOptions> = {},
  { clockAheadMs = 0, maxRequests = 40, timeoutMs = 10_000 } = {},
) {
  const simulator = await startLivePerson({ accounts: [ACCOUNT], now: () => NOW, ...options });
  simulator.add(series(5));
  const settings = readSettings({
    LIVEPERSON_ACCOUNT_ID: ACCOUNT.accountId,
    LIVEPERSON_CLIENT_ID: ACCOUNT.clientId,
    LIVEPERSON_CLIENT_SECRET: ACCOUNT.clientSecret,
    LIVEPERSON_AUTH_SERVER_URL: simulator.host,
    LIVEPERSON_DOMAIN_API_URL: simulator.url,
  }, "workers");
  const now = () => NOW + clockAheadMs;
  const upstream = new Upstream({
    fetch,
    now,
    timeoutMs,
    retryDelayMs: 0,
    deadlineMs: Infinity,
    maxRequests,
  });
  const vault = { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  const session = new Session(settings, upstream, vault, now);
  const trail = new AuditTrail(settings, upstream, session, { now, digest: webDigest }, null);
  return { simulator, trail, [Symbol.asyncDispose]: () => simulator.close() };
}

async function failureOf(reading: Promise<unknown>): Promise<CollectorError> {
  const error = await reading.then(() => null, (error) => error);
  assert.ok(error instanceof CollectorError, String(error));
  return error;
}

const isThird = ({ objectName }: { objectName: string }) => objectName === "2";

Deno.test("a record that the service can't render is unreadable in its place, the others are read", async (t) => {
  const cases: ["graphql" | "rest", Unrendered][] = [
    ["graphql", "null"],
    ["graphql", "null and error"],
    ["rest", "null"],
  ];
  for (const [wire, unrenderedAs] of cases) {
    await t.step(`${wire}: ${unrenderedAs}`, async () => {
      await using opened = await openTrail({ wire, unrenderable: isThird, unrenderedAs });
      const { records } = await opened.trail.read(RANGE);
      assert.deepEqual(records.map(({ unreadable }) => unreadable ?? false), [
        ...[false, false, true, false, false],
      ]);
      assert.deepEqual([records[2].timeMs, records[2].fingerprint], [null, ""]);
      assert.equal(new Set(records.map(({ fingerprint }) => fingerprint)).size, 5);
    });
  }
});

Deno.test("a page that can't be had is told from an account that can't be read", async (t) => {
  const page = async (options: Partial<LivePersonOptions>, limits = {}) => {
    await using opened = await openTrail(options, limits);
    return await failureOf(opened.trail.read(RANGE));
  };
  for (const unrenderedAs of ["error", "500"] as const) {
    await t.step(`${unrenderedAs} for a page that holds a certain record`, async () => {
      await using opened = await openTrail({ unrenderable: isThird, unrenderedAs });
      const error = await failureOf(opened.trail.read(RANGE));
      assert.equal(error.code, "upstream_failed");
      assert.deepEqual(error.details.upstream, {
        name: "audit",
        status: unrenderedAs === "error" ? 200 : 500,
      });
      assert.equal(isPageFailure(error), true);
      const { records } = await opened.trail.read({ ...RANGE, first: 2 });
      assert.equal(records.length, 2);
    });
  }

  await t.step("a page that takes too long", async () => {
    await using opened = await openTrail({}, { timeoutMs: 200 });
    opened.simulator.faults.always("audit", { hang: true });
    const error = await failureOf(opened.trail.read(RANGE));
    assert.equal(error.code, "upstream_timeout");
    assert.equal(isPageFailure(error), true);
  });

  await t.step("403, and no requests left", async () => {
    assert.equal(isPageFailure(await page({ forbidden: true })), false);
    assert.equal(isPageFailure(await page({}, { maxRequests: 2 })), false);
  });

  for (const status of [400, 401, 404, 429]) {
    await t.step(String(status), async () => {
      await using opened = await openTrail({ wire: "rest" });
      opened.simulator.faults.always("audit", { status });
      assert.equal(isPageFailure(await failureOf(opened.trail.read(RANGE))), false);
    });
  }

  await t.step("a connection that is dropped, and a failure of another service", async () => {
    for (
      const [target, fault] of [["audit", { drop: "before" }], ["token", { status: 500 }]] as const
    ) {
      await using opened = await openTrail();
      opened.simulator.faults.always(target, fault);
      assert.equal(isPageFailure(await failureOf(opened.trail.read(RANGE))), false);
    }
  });
});

Deno.test("a page was read when it was asked for, or by the end of the second that the service says, if that is earlier", async () => {
  for (
    const [clockAheadMs, readAtMs] of [[600_000, NOW + 999], [0, NOW], [-600_000, NOW - 600_000]]
  ) {
    await using opened = await openTrail({}, { clockAheadMs });
    assert.equal((await opened.trail.read(RANGE)).readAtMs, readAtMs);
  }
});

Deno.test("a date of the service that can't be read says nothing of when a page was read", async () => {
  await using opened = await openTrail({}, { clockAheadMs: 600_000 });
  const body = JSON.stringify({ data: { auditData: [] } });
  opened.simulator.faults.next("audit", { status: 200, body, headers: { date: "today" } });
  assert.equal((await opened.trail.read(RANGE)).readAtMs, NOW + 600_000);
});

Deno.test("what the source tells of itself: its memory, and how often it was asked to slow down", async () => {
  await using opened = await openTrail({ knowsActionType: false });
  const { trail, simulator } = opened;
  assert.deepEqual([trail.memory, trail.throttled], [null, 0]);
  simulator.faults.next("audit", { status: 429 }, 2);
  await trail.read(RANGE);
  assert.equal(trail.throttled, 2);
  const since = new Date(NOW).toISOString();
  assert.deepEqual(trail.memory, {
    api: "graphql",
    without: [{ field: "actionType", since, tried: since }],
    direction: "enum",
    column: "string",
  });
});

Deno.test("a guess is made once, and its failure casts no doubt on the account", async (t) => {
  const faults = [["500", { status: 500 }], ["a page that takes too long", {
    hang: true,
  }]] as const;
  for (const [name, fault] of faults) {
    await t.step(name, async () => {
      await using opened = await openTrail({}, { timeoutMs: 200 });
      const { trail, simulator } = opened;
      await trail.read(RANGE);
      const before = simulator.requests.length;
      simulator.faults.always("audit", fault);
      const error = await failureOf(trail.read({ ...RANGE, probing: true }));
      assert.equal(trail.isPageFailure(error), true);
      assert.deepEqual(simulator.requests.slice(before).map(({ target }) => target), ["audit"]);
    });
  }
});

Deno.test("once a page was asked for again in vain, others that fail are asked for once", async () => {
  await using opened = await openTrail({ unrenderable: isThird, unrenderedAs: "500" });
  const { trail, simulator } = opened;
  const asked = () => simulator.requests.filter(({ target }) => target === "audit").length;
  assert.equal((await trail.read({ ...RANGE, first: 1 })).records.length, 1);
  const before = asked();
  await failureOf(trail.read(RANGE));
  assert.equal(asked() - before, 4);
  await failureOf(trail.read({ ...RANGE, first: 4 }));
  assert.equal(asked() - before, 5);
});
