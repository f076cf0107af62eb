/** Answers that no destination should give: each kind takes them for a failure of the service, and gives up nothing. */
import assert from "node:assert/strict";
import { DESTINATIONS } from "../../src/destinations/index.ts";
import type { AnyKind } from "../../src/destinations/kind.ts";
import { lineOf } from "../../src/engine/batch.ts";
import { CollectorError } from "../../src/errors.ts";
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";
import { FORGETFUL } from "../../src/storage/vault.ts";
import { Upstream } from "../../src/upstream/upstream.ts";

const SETTINGS = {
  LIVEPERSON_ACCOUNT_ID: "12345678",
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "secret",
  XSIAM_URL: "https://xsiam.example.com",
  XSIAM_API_KEY: "key",
  HEC_URL: "https://hec.example.com",
  HEC_TOKEN: "token",
  ELASTICSEARCH_URL: "https://elasticsearch.example.com",
  ELASTICSEARCH_API_KEY: "key",
  WEBHOOK_URL: "https://webhook.example.com",
  S3_URL: "https://s3.example.com/bucket",
  S3_REGION: "auto",
  S3_ACCESS_KEY_ID: "id",
  S3_SECRET_ACCESS_KEY: "secret",
  AZURE_MONITOR_ENDPOINT: "https://a.ingest.monitor.azure.com",
  AZURE_MONITOR_RULE_ID: `dcr-${"0".repeat(32)}`,
  AZURE_MONITOR_TENANT_ID: "tenant",
  AZURE_MONITOR_CLIENT_ID: "00000000-0000-0000-0000-000000000000",
  AZURE_MONITOR_CLIENT_SECRET: "secret",
};

/** Why a push to this kind fails, if every request to it is answered so. */
async function failure(kind: AnyKind, answer: () => Response): Promise<string> {
  const pipelines = listPipelines(SETTINGS, "deno");
  const settings = readPipeline(
    pipelines.find(({ pipeline }) => pipeline.destination?.kind === kind.id)!,
    "deno",
  );
  const limits = { timeoutMs: 60_000, retryDelayMs: 0, deadlineMs: 0, maxRequests: 5 };
  const upstream = new Upstream({
    fetch: () => Promise.resolve(answer()),
    now: () => 0,
    ...limits,
  });
  const tools = { upstream, now: () => 0, account: "12345678", vault: () => FORGETFUL };
  const line = lineOf({ eventId: "a-1", occurrence: 1, timeMs: 0, json: "{}" });
  try {
    return JSON.stringify(await kind.open(settings, tools)!.push([line], { probing: false }));
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    return error.code;
  }
}

for (const kind of DESTINATIONS) {
  Deno.test(`${kind.id}: a status from 600 on is a failure of the service`, async () => {
    for (const status of [600, 700, 999]) {
      // nobody could construct a Response with such a status
      const answer = { status, headers: new Headers(), body: null } as Response;
      assert.equal(await failure(kind, () => answer), "upstream_failed");
    }
  });

  Deno.test(`${kind.id}: an answer without end is none`, async () => {
    const endless = () =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
      );
    assert.equal(await failure(kind, endless), "upstream_too_large");
  });
}
