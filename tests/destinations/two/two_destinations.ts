/**
 * What the collector makes of an index of two. `second_destination_test.ts` runs this with
 * `src/destinations/index.ts` replaced by the index beside it: nothing else of `src` is changed.
 */
import assert from "node:assert/strict";
import { DESTINATIONS } from "../../../src/destinations/index.ts";
import { CollectorError } from "../../../src/errors.ts";
import { createApp } from "../../../src/http/app.ts";
import { listPipelines, readPipeline } from "../../../src/pipelines/pipelines.ts";
import { SETTING_ROWS } from "../../../src/pipelines/settings.ts";
import { deployedSettings, missingSettings } from "../../../scripts/setup/settings.ts";
import { secretValues } from "../../../scripts/setup/secrets.ts";
import { openDenoStage } from "../../deno/stage.ts";
import { ACCOUNT, SECOND, SECRETS } from "../../environment.ts";
import type { Json } from "../../cloudflare/stage.ts";
import { LINES_TOKEN, startLineStore } from "./line_store.ts";

const ACCOUNT_SETTINGS = {
  LIVEPERSON_ACCOUNT_ID: "111",
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "client-secret",
};
const XSIAM = { XSIAM_URL: "https://api-t.example.com", XSIAM_API_KEY: "k3y" };
const LINES = { LINES_URL: "https://lines.example.com", LINES_TOKEN };

/** What is said about the settings of each pipeline; null if they are taken. */
function refusals(given: Record<string, unknown>): readonly (string | null)[] {
  return listPipelines({ ...ACCOUNT_SETTINGS, ...given }, "workers").map((entry) => {
    try {
      readPipeline(entry, "workers");
      return null;
    } catch (error) {
      assert.ok(error instanceof CollectorError);
      assert.equal(error.code, "configuration_invalid");
      return error.details.detail;
    }
  });
}

/** The app on the stage's collectors, asked with the token. */
function asking(connect: Parameters<typeof createApp>[0]["connect"]) {
  const app = createApp({ connect, now: Date.now, log: () => {} });
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
    return await app.request(path, { headers, ...init }, { API_TOKEN: SECRETS.API_TOKEN });
  };
}

Deno.test("the index has two", () => {
  assert.deepEqual(DESTINATIONS.map(({ id }) => String(id)), ["xsiam", "lines"]);
});

Deno.test("the settings of each are checked, all bad ones at once, and no secret is told", () => {
  assert.deepEqual(refusals({ LINES_TOKEN }), ["LINES_URL is not set, but LINES_TOKEN is."]);
  const [bad] = refusals({ LINES_URL: "https://lines.example.com/path", LINES_TOKEN: "p4rt one" });
  assert.ok(bad !== null);
  assert.match(bad, /LINES_URL must not contain a path or a query/);
  assert.match(bad, /LINES_TOKEN has spaces/);
  assert.ok(!bad.includes("p4rt"));
  const secrets = SETTING_ROWS.filter((row) => row.secret).map((row) => row.name);
  assert.ok(secrets.includes("LINES_TOKEN") && !secrets.includes("LINES_URL"));
});

Deno.test("a wrong setting of one destination fails that pipeline alone, together with all that is wrong beside it", () => {
  const wrongUrl = { ...XSIAM, ...LINES, LINES_URL: "http://lines.example.com" };
  const urlRefusal = "LINES_URL must use https, not http.";
  assert.deepEqual(refusals(wrongUrl), [null, urlRefusal]);
  assert.deepEqual(refusals({ ...wrongUrl, XSIAM_API_KEY: "a b" }), [
    "XSIAM_API_KEY has spaces or other characters that a key can't contain.",
    urlRefusal,
  ]);
  assert.deepEqual(refusals({ ...XSIAM, LINES_URL: LINES.LINES_URL }), [
    null,
    "LINES_TOKEN is not set, but LINES_URL is.",
  ]);
  const both = "MAX_FETCH must be a whole number from 1 to 1000000.";
  assert.deepEqual(refusals({ ...wrongUrl, MAX_FETCH: "many" }), [both, `${both} ${urlRefusal}`]);
});

Deno.test("an account may have its own destination, or switch one off with an empty value", () => {
  const namesWith = (entry: Record<string, unknown>) =>
    listPipelines({
      ...{ ...XSIAM, ...LINES },
      LIVEPERSON_ACCOUNTS: JSON.stringify([{ ...ACCOUNT_SETTINGS, ...entry }]),
    }, "workers").map(({ name }) => name);
  const toXsiam = "111/audit/xsiam/api-t.example.com";
  const toLines = "111/audit/lines/lines.example.com";
  assert.deepEqual(namesWith({}), [toXsiam, toLines]);
  assert.deepEqual(namesWith({ LINES_URL: "https://own.example.com" }), [
    toXsiam,
    "111/audit/lines/own.example.com",
  ]);
  for (
    const off of [{ LINES_URL: "" }, { LINES_TOKEN: " " }, { LINES_URL: "", LINES_TOKEN: null }]
  ) {
    assert.deepEqual(namesWith(off), [toXsiam], JSON.stringify(off));
  }
  assert.deepEqual(namesWith({ XSIAM_URL: "" }), [toLines]);
  assert.deepEqual(namesWith({ XSIAM_URL: "", LINES_URL: "" }), ["111/audit/none"]);
});

Deno.test("an account that sets one value of a destination and empties another has made a mistake", () => {
  const accounts = JSON.stringify([{
    LIVEPERSON_ACCOUNT_ID: "222",
    LINES_URL: "https://own.example.com",
    LINES_TOKEN: "",
  }]);
  assert.deepEqual(refusals({ ...XSIAM, ...LINES, LIVEPERSON_ACCOUNTS: accounts }), [
    null,
    null,
    null,
    "Account 222: LINES_TOKEN is not set, but LINES_URL is.",
  ]);
});

Deno.test("each destination of an account is a pipeline of its own, and no two share a name", () => {
  const accounts = [{ ...ACCOUNT_SETTINGS, LIVEPERSON_ACCOUNT_ID: "222" }, {
    ...ACCOUNT_SETTINGS,
    LIVEPERSON_ACCOUNT_ID: "333",
    LINES_URL: XSIAM.XSIAM_URL,
  }];
  const entries = listPipelines({
    ...{ ...ACCOUNT_SETTINGS, ...XSIAM, ...LINES },
    LIVEPERSON_ACCOUNTS: JSON.stringify(accounts),
  }, "workers");
  assert.deepEqual(entries.map(({ name }) => name), [
    "111/audit/xsiam/api-t.example.com",
    "111/audit/lines/lines.example.com",
    "222/audit/xsiam/api-t.example.com",
    "222/audit/lines/lines.example.com",
    "333/audit/xsiam/api-t.example.com",
    "333/audit/lines/api-t.example.com",
  ]);
});

Deno.test("setup asks for the destination that was begun, uploads its settings, and hides its token", () => {
  const begun = missingSettings({ ...ACCOUNT_SETTINGS, LINES_URL: LINES.LINES_URL });
  assert.deepEqual(begun, [{ name: "LINES_TOKEN", what: "Token of the line store", secret: true }]);
  const variables = { ...ACCOUNT_SETTINGS, ...LINES };
  assert.deepEqual(deployedSettings(variables), variables);
  assert.ok(secretValues(variables).includes(LINES_TOKEN));
});

Deno.test("events of two accounts reach both destinations, with a cursor each", async () => {
  await using stage = await openDenoStage();
  await using store = startLineStore();
  stage.addChanges(250);
  const collectors = await stage.open({
    ...{ LINES_URL: store.url, LINES_TOKEN },
    LIVEPERSON_ACCOUNTS: JSON.stringify([{ LIVEPERSON_ACCOUNT_ID: SECOND }]),
  });
  const ask = asking(() => collectors);
  const { accounts } = await (await ask("/collect", { method: "POST" })).json();
  const delivered = accounts.map((run: Json) => [run.account, run.destination, run.delivered]);
  assert.deepEqual(delivered, [
    [ACCOUNT, "xsiam", 250],
    [ACCOUNT, "lines", 250],
    [SECOND, "xsiam", 0],
    [SECOND, "lines", 0],
  ]);
  assert.equal(new Set(store.eventIds).size, 250);
  assert.equal(store.eventIds.length, 250);
  assert.equal(stage.xsiam.count, 250);

  const hosts = { xsiam: new URL(stage.xsiam.url).host, lines: new URL(store.url).host };
  for (const [kind, host] of Object.entries(hosts)) {
    const status = await (await ask(`/status?account=${ACCOUNT}&destination=${kind}`)).json();
    assert.deepEqual([status.account, status.destination, status.kind], [ACCOUNT, host, kind]);
    assert.equal(status.health.totals.delivered, 250);
    const { account, feed, destination } = status.cursor;
    assert.deepEqual([account, feed, destination], [ACCOUNT, "audit", `${kind}/${host}`]);
  }

  const kv = await Deno.openKv(stage.kvPath);
  const keys = await Array.fromAsync(kv.list({ prefix: [] }), ({ key }) => key);
  kv.close();
  const cursors = keys.filter(([store]) => store === "published").map((key) => key.at(-1));
  const owners = [ACCOUNT, SECOND].flatMap((account) => [
    `${account}/audit/lines/${hosts.lines}`,
    `${account}/audit/xsiam/${hosts.xsiam}`,
  ]);
  assert.deepEqual(cursors.sort(), owners.map((owner) => `cursor/${owner}`));
  const names = new Set(keys.filter(([store]) => store === "local").map(([, name]) => name));
  assert.deepEqual([...names].sort(), owners);
});

Deno.test("a destination that is wrongly configured holds up no other, and gives no event up", async () => {
  await using stage = await openDenoStage();
  await using store = startLineStore();
  stage.addChanges(3);
  const collectors = await stage.open({ LINES_URL: store.url, LINES_TOKEN });
  const ask = asking(() => collectors);
  store.status = 404;
  const answer = await ask("/collect", { method: "POST" });
  assert.equal(answer.status, 502);
  const [toXsiam, toLines] = (await answer.json()).accounts;
  assert.equal(toXsiam.delivered, 3);
  assert.deepEqual(toLines.problem, {
    type: "/docs#code-destination_not_found",
    title: "There is no line store",
    status: 502,
    code: "destination_not_found",
    detail: "Line Store answered 404.",
    action: "Check LINES_URL.",
    upstream: { name: "lines", status: 404 },
  });
  const status = await (await ask(`/status?destination=lines`)).json();
  assert.equal(status.deadLetters, 0);

  const tested = await ask(`/test-connection?destination=lines`, { method: "POST" });
  assert.equal(tested.status, 502);
  const { steps } = await tested.json();
  assert.deepEqual(steps.at(-1).step, "destination");
  assert.equal(steps.at(-1).problem.title, "There is no line store");

  store.status = 200;
  await ask(`/collect?destination=lines`, { method: "POST" });
  assert.equal(store.eventIds.length, 3);
  const works = await ask(`/test-connection?destination=lines`, { method: "POST" });
  assert.equal(works.status, 200);
});

Deno.test("an event that a destination refuses is its dead letter alone", async () => {
  await using stage = await openDenoStage();
  await using store = startLineStore();
  const collectors = await stage.open({ LINES_URL: store.url, LINES_TOKEN });
  const ask = asking(() => collectors);
  stage.addChanges(2);
  stage.addChanges(1, "p0ison");
  store.refused = "p0ison";
  await ask("/collect", { method: "POST" });
  const letters = async (kind: string) =>
    await (await ask(`/dead-letters?destination=${kind}`)).json();
  assert.deepEqual([(await letters("xsiam")).count, stage.xsiam.count], [0, 3]);
  assert.deepEqual([(await letters("lines")).count, store.eventIds.length], [1, 2]);
});

Deno.test("metrics, descriptions and problems have the words of both", async () => {
  await using stage = await openDenoStage();
  await using store = startLineStore();
  const collectors = await stage.open({ LINES_URL: store.url, LINES_TOKEN });
  const ask = asking(() => collectors);
  stage.addChanges(2);
  await ask("/collect", { method: "POST" });

  const metrics = await (await ask("/metrics")).text();
  assert.match(
    metrics,
    /Events that XSIAM or Line Store accepted, without reconciled and backfilled ones/,
  );
  assert.match(
    metrics,
    new RegExp(`account="${ACCOUNT}",destination="lines",target="lines",status="200"`),
  );
  assert.match(
    metrics,
    new RegExp(`account="${ACCOUNT}",destination="xsiam",target="xsiam",status="200"`),
  );

  const document = await (await ask("/openapi.json")).json();
  assert.match(document.info.description, /pushes them to Cortex XSIAM or Acme Line Store\./);
  assert.deepEqual(document["x-problems"].destination_not_configured, {
    status: 503,
    title: "There is no destination to push to",
    action: "Set XSIAM_URL and XSIAM_API_KEY, or LINES_URL and LINES_TOKEN.",
  });
  assert.deepEqual(document["x-problems"].destination_unauthorized, {
    status: 502,
    title: "The destination refused the credentials",
    action:
      "XSIAM: Check XSIAM_API_KEY and XSIAM_AUTH_ID, and that the HTTP log collector is enabled. " +
      "Line Store: Check LINES_TOKEN.",
  });
  const docs = await (await ask("/docs")).text();
  assert.match(docs, /Line Store: Check LINES_TOKEN\./);
  for (const text of [metrics, docs, JSON.stringify(document), JSON.stringify(stage.lines)]) {
    assert.ok(!text.includes(LINES_TOKEN));
  }
});
