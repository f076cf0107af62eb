/** Which pipelines the settings make, what they are called, and that no two lie under one name. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import { listPipelines, readPipeline } from "../../src/pipelines/pipelines.ts";

const account = (id: string, more: Record<string, unknown> = {}) => ({
  LIVEPERSON_ACCOUNT_ID: id,
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "client-secret",
  ...more,
});
const xsiam = (host: string) => ({ XSIAM_URL: `https://${host}`, XSIAM_API_KEY: "k3y" });
const list = (...accounts: object[]) => ({ LIVEPERSON_ACCOUNTS: JSON.stringify(accounts) });

Deno.test("an account with one destination is one pipeline", () => {
  const [entry, ...others] = listPipelines(account("111", xsiam("api-t.example.com")), "workers");
  assert.deepEqual(others, []);
  assert.equal(entry.name, "111/audit/xsiam/api-t.example.com");
  assert.deepEqual(readPipeline(entry, "workers").pipeline, {
    account: "111",
    feed: "audit",
    destination: { kind: "xsiam", identity: "api-t.example.com" },
  });
});

Deno.test("an account without a destination is a pipeline all the same", () => {
  const [entry] = listPipelines(account("111"), "workers");
  assert.equal(entry.name, "111/audit/none");
  assert.equal(readPipeline(entry, "workers").pipeline.destination, null);
});

Deno.test("neither two accounts nor two hosts share a name", () => {
  const names = listPipelines({
    ...account("111"),
    ...xsiam("api-a.example.com"),
    ...list(account("222"), account("333", xsiam("api-b.example.com")), {}),
  }, "workers").map(({ name }) => name);
  assert.deepEqual(names, [
    "111/audit/xsiam/api-a.example.com",
    "222/audit/xsiam/api-a.example.com",
    "333/audit/xsiam/api-b.example.com",
    "#3/audit/none",
  ]);
});

Deno.test("a destination whose settings are bad is a pipeline that says so", () => {
  const half = { XSIAM_URL: "https://api-t.example.com" };
  for (const bad of [half, { ...xsiam("api-t.example.com/path") }]) {
    const [entry, ...others] = listPipelines(account("111", bad), "workers");
    assert.deepEqual([entry.pipeline.account, others.length], ["111", 0]);
    assert.throws(
      () => readPipeline(entry, "workers"),
      (error) => error instanceof CollectorError && error.code === "configuration_invalid",
    );
  }
});
