/** Whoever has a copy of the store can't open letters by guessing a weak secret. */
import assert from "node:assert/strict";
import { KINDS } from "../../src/destinations/catalog.ts";
import { letterSecrets } from "../../src/collector/records/letter_secrets.ts";
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";
import { openVault } from "../../src/storage/vault.ts";
import { memoryStore } from "../../src/storage/memory_store.ts";
import { ACCOUNT, changeAt, MINUTE_MS, openEnvironment, SECRETS } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const LIVEPERSON = {
  LIVEPERSON_ACCOUNT_ID: ACCOUNT,
  LIVEPERSON_CLIENT_ID: "client-1",
  LIVEPERSON_CLIENT_SECRET: SECRETS.LIVEPERSON_CLIENT_SECRET,
};
const WEBHOOK_SECRET = `whsec_${btoa("k".repeat(32))}`;

/** The settings whose secrets unlock the letters of a pipeline. */
function unlocking(settings: Readonly<Record<string, string>>): readonly string[] {
  const [pipeline] = listPipelines({ ...LIVEPERSON, ...settings }, "workers");
  return letterSecrets(readPipeline(pipeline, "workers")).map(([name]) => name);
}

Deno.test("what a person made up, or is short, opens no letter", () => {
  const long = "x".repeat(20);
  const [own, token] = ["LIVEPERSON_CLIENT_SECRET", "API_TOKEN"];
  const xsiam = { XSIAM_URL: "https://api-acme.example.com", XSIAM_AUTH_ID: long };
  const elastic = { ELASTICSEARCH_URL: "https://elastic.example.com" };
  const login = { ELASTICSEARCH_USERNAME: "u", ELASTICSEARCH_PASSWORD: long };
  const hook = { WEBHOOK_URL: "https://hook.example.com/a", WEBHOOK_HEADERS: '{"X-Tenant":"1"}' };
  for (
    const [settings, expected] of [
      [{ ...xsiam, XSIAM_API_KEY: long }, [own, "XSIAM_API_KEY"]],
      [{ ...xsiam, XSIAM_API_KEY: "changeme" }, [own]],
      [{ ...elastic, ...login }, [own]],
      [{ ...elastic, ELASTICSEARCH_API_KEY: long }, [own, "ELASTICSEARCH_API_KEY"]],
      [hook, [own]],
      [{ ...hook, WEBHOOK_SECRET: `${WEBHOOK_SECRET} ${WEBHOOK_SECRET}` }, [own, "WEBHOOK_SECRET"]],
      [{ ...hook, API_TOKEN: SECRETS.API_TOKEN }, [own, token]],
      [{ ...hook, API_TOKEN: "t".repeat(31) }, [own]],
      [{ ...hook, API_TOKEN: `sha256:${"a".repeat(64)}` }, [own]],
      [{ ...hook, API_TOKEN: `sha256:${"a".repeat(64)} ${"t".repeat(32)}` }, [own, token]],
    ] as const
  ) {
    assert.deepEqual(unlocking(settings), expected, JSON.stringify(settings));
  }
  for (const { id, secrets, generatedSecrets } of KINDS) {
    assert.deepEqual(generatedSecrets.filter((name) => !secrets.includes(name)), [], id);
  }
});

Deno.test("a hundred guesses at XSIAM_AUTH_ID open nothing in a copy of the store", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const { livePerson, xsiam } = environment;
  livePerson.add([changeAt(NOW - 2 * MINUTE_MS, { newValue: "7" }), changeAt(NOW - MINUTE_MS)]);
  xsiam.poison = ({ newValue }) => newValue === "7";
  const storage = newStorage();
  const host = mortalHost(storage, () => NOW);
  await collectorIn(environment, host, { XSIAM_AUTH_ID: "42" }).collect("cron");
  const keys = [...storage.local.keys()].filter((key) => key.startsWith("letter-key/"));
  assert.ok(keys.length > 0);
  for (const key of keys) {
    const [, binding] = key.split("/");
    for (let guess = 0; guess < 100; guess++) {
      const vault = openVault(memoryStore(storage.local), { key, secret: `${guess}`, binding });
      assert.equal(await vault.read(), null, `${guess} opens ${key}`);
    }
  }
});
