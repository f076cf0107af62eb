/**
 * A run of the collector on real workerd: what the cron delivers, what it leaves for the next run, and
 * what it asks of LivePerson and XSIAM meanwhile.
 */
import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { MAX_RECORD_BYTES } from "../../scripts/simulators/xsiam_body.ts";
import { ACCOUNT, change, DAY_MS, HOUR_MS, tenth, until, withFolder } from "../environment.ts";
import { Stage } from "./stage.ts";

const MIB = 1024 * 1024;
const XSIAM_AUTH_ID = "auth-1d-4242";

/** What a person's changes of the last three days look like, none of them automatic. */
function history(count: number, fromMs = Date.now() - 2 * DAY_MS) {
  const toMs = Date.now() - 2000;
  return generateRecords({ seed: 7, count, fromMs, toMs, accountId: ACCOUNT, automaticShare: 0 });
}

Deno.test("the cron", async (t) => {
  await using stage = await Stage.open();
  const { xsiam } = stage;
  const all = [...stage.add(history(1200))];

  await t.step("delivers every event exactly once, page by page", async () => {
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    assert.equal(report.outcome, "ok");
    assert.equal(report.delivered, 1200);
    assert.equal(report.more, false);
    stage.assertDelivered(all);
    assert.deepEqual(stage.asked(), { domain: 1, token: 1, audit: 3 });
  });

  await t.step("asks once a day whether the listing of a later day shows more", async () => {
    assert.deepEqual((await stage.cron()).report.requests, { audit: 2 });
  });

  await t.step("asks one question when there is nothing new, and changes nothing", async () => {
    const before = await stage.stored();
    const { report } = await stage.cron();
    assert.deepEqual(report.requests, { audit: 1 });
    assert.deepEqual(stage.asked(), { domain: 1, token: 1, audit: 6 });
    assert.deepEqual(await stage.stored(), before);
    stage.assertDelivered(all);
  });

  await t.step("finds only what is new the next time", async () => {
    all.push(...stage.addRecent(4));
    const { report } = await stage.cron();
    assert.equal(report.delivered, 4);
    assert.equal(report.lagSeconds, 0);
    assert.equal(xsiam.requests.at(-1)?.records, 4);
    stage.assertDelivered(all);
  });

  await t.step("finds an event that the source shows late, among older ones", async () => {
    const late = change({ changeTimestampMs: tenth(Date.now() - 10 * 60_000) });
    all.push(...stage.add([late]));
    const { report } = await stage.cron();
    assert.equal(report.delivered, 1);
    assert.equal(report.lateArrivals, 1);
    stage.assertDelivered(all);
  });

  await t.step("keeps one cursor, which tells where it stands", async () => {
    const [[key, value]] = Object.entries(await stage.stored());
    assert.equal(key, `cursor/${ACCOUNT}/audit/xsiam/${stage.taps.xsiam.host}`);
    const newest = Math.max(...all.map(({ changeTimestampMs }) => changeTimestampMs));
    assert.equal(JSON.parse(value).newest, new Date(newest).toISOString());
  });
});

Deno.test("what is remembered survives a restart, and holds no secret in clear", async () => {
  await withFolder(async (persistTo) => {
    const settings = { XSIAM_AUTH_ID };
    await using stage = await Stage.open({ settings, persistTo });
    const all = [...stage.addRecent()];
    await stage.cron();
    await stage.restart();
    all.push(...stage.addRecent());
    const { report } = await stage.cron();
    assert.deepEqual(report.requests, { audit: 1, xsiam: 1 });
    stage.assertDelivered(all);
  });
});

Deno.test("a backlog beyond MAX_FETCH is drained by runs that follow at once", async () => {
  await using stage = await Stage.open({ settings: { MAX_FETCH: "100" } });
  const all = stage.add(history(350));
  const { report } = await stage.cron();
  assert.equal(report.delivered, 100);
  assert.equal(report.more, true);
  await until("the end of the backlog", async () => {
    const { lastRun } = (await stage.status()).health;
    return lastRun.trigger === "backlog" && !lastRun.more;
  });
  stage.assertDelivered(all);
  const runs = stage.logLines(({ event }) => event === "run_ended");
  assert.deepEqual(runs.map(({ delivered }) => delivered), [100, 100, 100, 50]);
  assert.ok(runs.every(({ lagSeconds, more }) => more ? lagSeconds > 60 : lagSeconds < 60));
});

Deno.test("with FETCH_EVENTS=false the cron does nothing and says so", async () => {
  await using stage = await Stage.open({ settings: { FETCH_EVENTS: "false" } });
  stage.addRecent();
  assert.equal(await stage.fireCron(), "ok");
  await until("the log line", () => stage.logLines(() => true).length > 0);
  const lines = stage.logLines(() => true);
  assert.equal(lines.length, 1);
  assert.equal(lines[0].event, "collection_disabled");
  assert.match(lines[0].message, /FETCH_EVENTS is false/);
  assert.deepEqual(stage.asked(), {});
  assert.equal(stage.xsiam.requests.length, 0);
  assert.deepEqual(await stage.stored(), {});
  assert.equal((await stage.status()).state, "disabled");
});

Deno.test("FIRST_FETCH is kept to the exact time, though the API filters by day", async () => {
  const noonMs = Date.parse(
    `${new Date(Date.now() - 2 * DAY_MS).toISOString().slice(0, 10)}T12:00Z`,
  );
  const FIRST_FETCH = new Date(noonMs).toISOString();
  await using stage = await Stage.open({ settings: { FIRST_FETCH } });
  const at = (timeMs: number) => change({ changeTimestampMs: timeMs });
  stage.add([noonMs - DAY_MS, noonMs - HOUR_MS, noonMs - 100].map(at));
  const wanted = stage.add([noonMs, noonMs + 100, noonMs + HOUR_MS].map(at));
  await stage.cron();
  stage.assertDelivered(wanted);
});

Deno.test("events are pushed in batches of about 1 MiB", async (t) => {
  const valueBytes = 20_000;
  const large = () => change({ newValue: "v".repeat(valueBytes) });

  for (const compression of ["none", "gzip"] as const) {
    await t.step(`with compression ${compression}`, async () => {
      const settings = { XSIAM_COMPRESSION: compression };
      await using stage = await Stage.open({ settings, xsiam: { compression } });
      const all = stage.add(Array.from({ length: 200 }, large));
      await stage.cron();
      stage.assertDelivered(all);
      const { requests } = stage.xsiam;
      assert.ok(requests.every(({ encoding }) => encoding === compression));
      const sizes = compression === "none"
        ? requests.map(({ bytes }) => bytes)
        : requests.map(({ records }) => records * valueBytes);
      assert.equal(sizes.length, 4);
      for (const size of sizes.slice(0, -1)) {
        assert.ok(size > 0.98 * MIB && size < MIB + 2 * valueBytes, `a push of ${size} bytes`);
      }
    });
  }

  await t.step("and one that a huge record joins stays below 10 MiB", async () => {
    const settings = { XSIAM_COMPRESSION: "none" };
    await using stage = await Stage.open({ settings, xsiam: { compression: "none" } });
    const huge = change({ newValue: "v".repeat(MAX_RECORD_BYTES - 2000) });
    const all = stage.add([...Array.from({ length: 51 }, large), huge, change()]);
    await stage.cron();
    stage.assertDelivered(all);
    assert.ok(stage.xsiam.requests[0].bytes > MAX_RECORD_BYTES + 0.9 * MIB);
    assert.ok(stage.xsiam.requests[0].bytes < 10 * MIB);
  });
});

Deno.test("an event that XSIAM can't take", async (t) => {
  await t.step("because it has over 5 MB is not sent, but reported and kept", async () => {
    await using stage = await Stage.open();
    const tooLarge = change({ newValue: "v".repeat(MAX_RECORD_BYTES) });
    const [before, , after] = stage.add([change(), tooLarge, change()]);
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    assert.deepEqual([report.delivered, report.deadLettered], [2, 1]);
    stage.assertDelivered([before, after]);
    assert.equal((await stage.status()).deadLetters, 1);
    const { body } = await stage.get("/dead-letters");
    assert.equal(body.count, 1);
    assert.match(body.letters[0].reason, /XSIAM accepts at most 5000000/);
    assert.equal(JSON.parse(body.letters[0].json).objectName, tooLarge.objectName);
    assert.equal((await stage.cron()).report.deadLettered, 0);
  });

  await t.step("because it refuses its content does not hold back the others", async () => {
    await using stage = await Stage.open();
    const poison = change({ element: "Poison" });
    stage.xsiam.poison = ({ element }) => element === "Poison";
    const [first, , ...rest] = stage.add([change(), poison, change(), change(), change()]);
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    assert.deepEqual([report.delivered, report.deadLettered], [4, 1]);
    stage.assertDelivered([first, ...rest]);

    stage.xsiam.poison = undefined;
    const { body } = await stage.post("/dead-letters/redeliver");
    assert.deepEqual(body, { delivered: 1, refused: 0, left: 0 });
    stage.assertDelivered([first, poison, ...rest]);
  });
});

Deno.test("XSIAM_AUTH_ID is sent when it is set", async () => {
  await using stage = await Stage.open({
    settings: { XSIAM_AUTH_ID },
    xsiam: { authId: XSIAM_AUTH_ID },
  });
  const all = stage.addRecent();
  assert.equal((await stage.cron()).invocation, "ok");
  stage.assertDelivered(all);
});
