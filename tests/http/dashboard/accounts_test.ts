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
    site150: { FETCH_EVENTS: "false", LIVEPERSON_ACCOUNT_NAME: "Number 150" },
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
  assert.match(words, /site099\s+The settings are not valid/);
  const more = await page.getByRole("link", { name: "More about" }).evaluateAll((links) =>
    links.map((link) => link.getAttribute("href"))
  );
  assert.deepEqual(more, [
    "/docs#code-credentials_refused",
    "/docs#code-configuration_invalid",
  ]);
  await look(page, "worker-many-desk");
  const reached = new Set<string>();
  for (let next = true; next;) {
    const names = await page.locator("main section.card a").allInnerTexts();
    for (const name of names) reached.add(/site\d+/.exec(name)?.[0] ?? "");
    next = await page.getByRole("link", { name: "Next" }).count() > 0;
    if (next) await page.getByRole("link", { name: "Next" }).click();
  }
  reached.delete("");
  assert.equal(reached.size, COUNT, "each of them can be reached");
  assert.match(page.url(), /page=4$/);
  await look(page, "worker-many-last");
  await page.getByLabel("Order").selectOption("Longest lag first");
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(await page.innerText("main"), /200 accounts[^]*Page 1 of 4/);
  await look(page, "worker-many-sorted");
  await page.getByRole("link", { name: "1 Switched off" }).click();
  assert.match(
    await page.innerText("main"),
    /1 account\s[^]*Number 150 \(site150\)\s+Switched off/,
  );
  await page.getByRole("link", { name: "1 Switched off" }).click();
  await page.getByLabel("Find").fill("NUMBER 15");
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(await page.innerText("main"), /1 account\s[^]*Number 150 \(site150\)/);
  await page.getByLabel("Find").fill("site12");
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(await page.innerText("main"), /10 accounts\s/);
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
