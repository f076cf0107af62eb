/** Many accounts on one Worker: each collected on its own, and a broken one holds up no other. */
import assert from "node:assert/strict";
import { listAccounts, settingsOfAccount } from "../../scripts/simulators/environment.ts";
import { openEnvironment } from "../environment.ts";
import { record } from "../simulators/sample.ts";
import { startWorkerIn } from "./worker_in.ts";

async function openAccounts(
  count: number,
  overrides: Record<string, Record<string, unknown>> = {},
) {
  const accounts = Array.from({ length: count }, (_, i) => ({
    accountId: `site${i}`,
    clientId: `client${i}`,
    clientSecret: `secret-of-${i}`,
  }));
  const environment = await openEnvironment({ accounts });
  const { livePerson, xsiam } = environment;
  const now = Date.now();
  for (const { accountId } of accounts) {
    livePerson.add(
      [1, 2].map((minute) =>
        record({
          accountId,
          changeTimestampMs: now - minute * 60_000,
          objectName: `of ${accountId}`,
        })
      ),
    );
  }
  const list = accounts.map((account) => ({
    ...settingsOfAccount(account),
    ...overrides[account.accountId],
  }));
  const worker = await startWorkerIn(environment, { settings: listAccounts(list) });
  return {
    ...{ livePerson, xsiam, worker },
    ask: worker.ask,
    async [Symbol.asyncDispose]() {
      await worker.close();
      await environment[Symbol.asyncDispose]();
    },
  };
}

Deno.test("200 accounts are collected by one cron run, each with a cursor of its own", async () => {
  await using stage = await openAccounts(200);
  assert.equal(await stage.worker.fireCron(), "ok");
  assert.equal(stage.xsiam.count, 400);
  assert.equal(stage.xsiam.ids.size, 400);
  const { keys } = await stage.worker.kv.list();
  assert.equal(keys.length, 200);

  const before = stage.livePerson.requests.length;
  assert.equal(await stage.worker.fireCron(), "ok");
  assert.equal(stage.livePerson.requests.length - before, 200, "idle, each asks once");
  assert.equal(stage.xsiam.count, 400);

  const { body } = await stage.ask("/status");
  assert.equal(body.accounts.length, 200);
  assert.ok(body.accounts.every((account: { state: string }) => account.state === "healthy"));
});

Deno.test("broken accounts fail by name, and hold up no other", async () => {
  await using stage = await openAccounts(5, {
    site1: { LIVEPERSON_CLIENT_SECRET: "wrong" },
    site2: { MAX_FETCH: "many" },
    site3: { XSIAM_KEY: "a typo" },
  });
  assert.notEqual(await stage.worker.fireCron(), "ok");
  assert.equal(stage.xsiam.count, 4, "of the two that are whole");

  const { status, body } = await stage.ask("/collect", "POST");
  assert.equal(status, 502);
  assert.equal(body.code, "accounts_failed");
  const codes = body.accounts.map((one: { problem?: { code: string } }) => one.problem?.code);
  assert.deepEqual(codes, [
    undefined,
    "credentials_refused",
    "configuration_invalid",
    "configuration_invalid",
    undefined,
  ]);
  const problems = JSON.stringify(body.accounts);
  assert.match(problems, /Account site2: MAX_FETCH must be a whole number/);
  assert.match(problems, /Account site3: there is no setting \\"XSIAM_KEY\\"/);
  const logged = stage.worker.logs.filter((line) => line.includes(`"run_failed"`)).join("\n");
  for (const id of ["site1", "site2", "site3"]) {
    assert.match(logged, new RegExp(`"account":"${id}"`));
  }
  for (const said of [problems, logged]) assert.doesNotMatch(said, /secret-of-|"wrong"/);

  assert.equal((await stage.ask("/healthz?deep=true")).status, 503);
});

Deno.test("?account= chooses one, and is needed where one is meant", async () => {
  await using stage = await openAccounts(3, { site2: { FETCH_EVENTS: false } });
  const events = await stage.ask("/get-events?account=site1");
  assert.deepEqual(
    new Set(events.body.LivePerson.Event.map((event: { accountId: string }) => event.accountId)),
    new Set(["site1"]),
  );
  const unnamed = await stage.ask("/get-events");
  assert.equal(unnamed.status, 400);
  assert.match(unnamed.body.detail, /select one with \?account=.*site0, site1, site2/);
  assert.equal((await stage.ask("/get-events?account=site9")).status, 400);

  const collected = await stage.ask("/collect?account=site0", "POST");
  assert.equal(collected.body.delivered, 2);
  assert.equal((await stage.ask("/collect?account=site2", "POST")).body.outcome, "disabled");
  assert.equal(stage.xsiam.count, 2);
  const cursors = await stage.worker.kv.list();
  assert.equal(cursors.keys.length, 1);
  assert.equal((await stage.ask("/cursor?confirm=site1&account=site0", "DELETE")).status, 400);
  assert.equal((await stage.ask("/cursor?confirm=site0", "DELETE")).status, 200);
  assert.equal((await stage.worker.kv.list()).keys.length, 0);
});

Deno.test("the status of several accounts has their names, also of a broken one", async () => {
  await using stage = await openAccounts(3, {
    site1: { LIVEPERSON_ACCOUNT_NAME: "Acme Insurance" },
    site2: { LIVEPERSON_ACCOUNT_NAME: "Acme Travel", MAX_FETCH: "many" },
  });
  const { body } = await stage.ask("/status");
  assert.deepEqual(
    body.accounts.map(({ account, accountName }: Record<string, unknown>) => [
      account,
      accountName,
    ]),
    [["site0", null], ["site1", "Acme Insurance"], ["site2", "Acme Travel"]],
  );
  assert.equal((await stage.ask("/status?account=site1")).body.accountName, "Acme Insurance");
});
