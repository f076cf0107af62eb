/** 200 accounts on the real bundle: an overview that fits a phone, the troubled on top, each with a page. */
import assert from "node:assert/strict";
import { listAccounts, settingsOfAccount } from "../../../scripts/simulators/environment.ts";
import { startWorkerIn } from "../../cloudflare/worker_in.ts";
import { openEnvironment, SECRETS } from "../../environment.ts";
import { record } from "../../simulators/sample.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";

const COUNT = 200;

Deno.test("many accounts", async () => {
  const accounts = Array.from({ length: COUNT }, (_, i) => ({
    accountId: `site${String(i).padStart(3, "0")}`,
    clientId: `client${i}`,
    clientSecret: `secret-of-${i}`,
  }));
  await using environment = await openEnvironment({ accounts });
  const { livePerson } = environment;
  const changeTimestampMs = Date.now() - 60_000;
  livePerson.add(accounts.map(({ accountId }) => record({ accountId, changeTimestampMs })));
  const overrides: Record<string, Record<string, unknown>> = {
    site017: { LIVEPERSON_CLIENT_SECRET: "wrong" },
    site099: { MAX_FETCH: "many" },
    site150: { FETCH_EVENTS: "false" },
  };
  const list = accounts.map((account) => ({
    ...settingsOfAccount(account),
    ...overrides[account.accountId],
  }));
  await using worker = await startWorkerIn(environment, { settings: listAccounts(list) });
  await worker.fireCron();
  await using browser = await TestBrowser.open();
  const page = await browser.page(worker.url);
  await signIn(page, SECRETS.API_TOKEN);

  assert.equal(await heading(page), "2 of 200 failing");
  const words = await page.innerText("main");
  assert.match(words, /197 work\. 197 events delivered/);
  const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  assert.deepEqual(headings.map((text) => text.trim()), [
    "Failing (2)",
    "Switched off (1)",
    "Working (197)",
  ]);
  assert.match(words, /site017\s+LivePerson refused the client id and secret/);
  assert.match(words, /site099\s+The configuration is not valid/);
  await look(page, "worker-many-desk");
  await page.getByText("Show all 197").click();
  await look(page, "worker-many-opened");
  const phone = await browser.page(worker.url, PHONE);
  await signIn(phone, SECRETS.API_TOKEN);
  await look(phone, "worker-many-phone");

  await page.getByRole("link", { name: "site123" }).click();
  assert.equal(await heading(page), "Working");
  await page.getByRole("link", { name: "All accounts" }).click();
  await page.getByRole("link", { name: "site017" }).click();
  assert.equal(await heading(page), "Failing");
  livePerson.setSecret("site017", "wrong");
  await page.getByRole("link", { name: "Collect now" }).click();
  assert.match(await page.innerText("form.card"), /For account site017/);
  await page.getByRole("button", { name: "Collect now" }).click();
  assert.match((await page.getByRole("status").textContent())!, /1 event delivered/);
  assert.match(page.url(), /\?account=site017&destination=xsiam$/);
  await page.getByRole("link", { name: "All accounts" }).click();
  assert.equal(await heading(page), "1 of 200 failing");
});
