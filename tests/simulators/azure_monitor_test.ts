import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  type AzureMonitorSimulator,
  startAzureMonitor,
} from "../../scripts/simulators/azure_monitor.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const TIME = "2026-03-10T11:00:00.000Z";
const START = { clientSecret: "s3cret", now: () => NOW };

/** Asks for a token as the collector does, but for `changes` to the form. */
async function askToken(
  azure: AzureMonitorSimulator,
  changes: Readonly<Record<string, string>> = {},
) {
  const { settings } = azure;
  const body = new URLSearchParams({
    client_id: settings.AZURE_MONITOR_CLIENT_ID,
    client_secret: "s3cret",
    scope: "https://monitor.azure.com/.default",
    grant_type: "client_credentials",
    ...changes,
  });
  const url = `${azure.url}/${settings.AZURE_MONITOR_TENANT_ID}/oauth2/v2.0/token`;
  const answer = await fetch(url, { method: "POST", body });
  return { status: answer.status, ...await answer.json() };
}

/** Pushes with a good token, but for `changes` to the headers; returns the status. */
async function push(
  azure: AzureMonitorSimulator,
  body: string | Uint8Array<ArrayBuffer>,
  changes: Readonly<Record<string, string>> = {},
  path = `/dataCollectionRules/${azure.ruleId}/streams/${azure.stream}?api-version=2023-01-01`,
): Promise<number> {
  const { access_token } = await askToken(azure);
  const headers = {
    authorization: `Bearer ${access_token}`,
    "content-type": "application/json",
    ...changes,
  };
  const answer = await fetch(azure.url + path, { method: "POST", headers, body });
  await answer.text();
  return answer.status;
}

const row = (fields: Readonly<Record<string, unknown>> = {}) => ({
  TimeGenerated: TIME,
  EventId: "a",
  ...fields,
});

Deno.test("Azure gives a token for the application's secret and Azure Monitor's scope only", async () => {
  await using azure = await startAzureMonitor(START);
  assert.equal((await askToken(azure)).expires_in, 3599);
  const refused = async (changes: Readonly<Record<string, string>>) => {
    const { status, error_codes: [code] } = await askToken(azure, changes);
    return [status, code];
  };
  assert.deepEqual(await refused({ client_secret: "other" }), [401, 7000215]);
  assert.deepEqual(await refused({ client_id: "other" }), [400, 700016]);
  assert.deepEqual(await refused({ grant_type: "password" }), [400, 70003]);
  assert.deepEqual(await refused({ scope: "https://management.azure.com/.default" }), [400, 70011]);
});

Deno.test("Azure checks token, role, rule, stream, version and type", async () => {
  await using azure = await startAzureMonitor(START);
  const rows = JSON.stringify([row()]);
  assert.equal(await push(azure, rows), 204);
  assert.equal(await push(azure, "[]"), 204);
  assert.equal(await push(azure, rows, { authorization: "Bearer made-up" }), 401);
  assert.equal(await push(azure, rows, { "content-type": "text/plain" }), 415);
  const path = `/dataCollectionRules/${azure.ruleId}/streams/`;
  assert.equal(await push(azure, rows, {}, `${path}${azure.stream}`), 400);
  assert.equal(await push(azure, rows, {}, `${path}Custom-Other?api-version=2023-01-01`), 404);
  azure.hasRole = false;
  assert.equal(await push(azure, rows), 403);
  assert.deepEqual([...azure.ids], [["a", 1]]);
});

Deno.test("Azure takes an array of rows with the table's columns, each of its type and not too long", async () => {
  await using azure = await startAzureMonitor(START);
  const status = (...rows: unknown[]) => push(azure, JSON.stringify(rows));
  assert.equal(await status(row({ OriginatorIsLpa: true, AdditionalFields: { a: 1 } })), 204);
  assert.equal(await push(azure, JSON.stringify(row())), 400);
  assert.equal(await push(azure, `${JSON.stringify(row())}\n${JSON.stringify(row())}`), 400);
  for (
    const fields of [
      { _time: TIME },
      { id: "a" },
      { ["C".repeat(46)]: "a" },
      { Unknown: "a" },
      { OriginatorIsLpa: "true" },
      { NewValue: 1 },
      { ChangeDate: "yesterday" },
      { AdditionalFields: "a" },
      { NewValue: "é".repeat(32_769) },
      { Event: { text: "x".repeat(65_536) } },
    ]
  ) assert.equal(await status(row(), row(fields)), 400, Object.keys(fields)[0]);
  assert.equal(await status({ EventId: "a" }), 400);
  assert.equal(azure.rows.length, 1, "a call is stored whole or not at all");
});

Deno.test("Azure refuses a call above 1 MB, before and after compression", async () => {
  await using azure = await startAzureMonitor(START);
  const large = (bytes: number) => {
    const rows = Array.from({ length: 20 }, () => row({ NewValue: "" }));
    const room = bytes - JSON.stringify(rows).length;
    return JSON.stringify(rows.map((one, n) => ({
      ...one,
      NewValue: "x".repeat(Math.floor(room / 20) + (n < room % 20 ? 1 : 0)),
    })));
  };
  const gzip = { "content-encoding": "gzip" };
  assert.equal(await push(azure, large(1_000_000)), 204);
  assert.equal(await push(azure, large(1_000_001)), 413);
  assert.equal(await push(azure, new Uint8Array(gzipSync(large(1_000_000))), gzip), 204);
  assert.equal(await push(azure, new Uint8Array(gzipSync(large(1_000_001))), gzip), 413);
  assert.equal(await push(azure, large(10_000), gzip), 400);
});

Deno.test("Azure forgets a token after so many calls, or at its time, and dates old rows anew", async () => {
  let nowMs = NOW;
  await using azure = await startAzureMonitor({ ...START, now: () => nowMs, callsPerToken: 2 });
  const { access_token } = await askToken(azure);
  const headers = { authorization: `Bearer ${access_token}` };
  const old = JSON.stringify([
    row({ TimeGenerated: "2026-03-08T11:59:59.000Z", ChangeDate: TIME }),
  ]);
  assert.deepEqual(
    [
      await push(azure, old, headers),
      await push(azure, "[]", headers),
      await push(azure, "[]", headers),
    ],
    [204, 204, 401],
  );
  assert.deepEqual(azure.rows, [
    row({ TimeGenerated: "2026-03-10T12:00:00.000Z", ChangeDate: TIME }),
  ]);
  const later = await askToken(azure);
  nowMs += 3599_000;
  assert.equal(await push(azure, "[]", { authorization: `Bearer ${later.access_token}` }), 401);
});
