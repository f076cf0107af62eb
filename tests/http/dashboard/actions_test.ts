/** The buttons on the real bundle, without JavaScript: each is confirmed, done once, and told about. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ACCOUNT, change, HOUR_MS, SECRETS } from "../../environment.ts";
import { type Json, Stage } from "../../cloudflare/stage.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";

/** Presses a button of the status page, and its confirmation; answers what is told then. */
async function press(page: Page, name: string, confirm: string): Promise<string> {
  await page.getByRole("navigation", { name: "Actions" }).getByRole("link", { name }).click();
  assert.equal(await heading(page), `${name}?`);
  await page.getByRole("button", { name: confirm }).click();
  return (await page.getByRole("status").textContent()) ?? "";
}

/** What is told of a test of the connection, which nobody has to confirm. */
async function testConnection(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Test connection" }).click();
  return (await page.getByRole("status").textContent()) ?? "";
}

Deno.test("from the first run to dead letters that are redelivered", async (t) => {
  await using stage = await Stage.open();
  await using browser = await TestBrowser.open();
  const page = await browser.page(stage.worker.url, { javaScriptEnabled: false });
  /** Others to look with, as axe needs JavaScript. */
  const desk = await browser.page(stage.worker.url);
  const phone = await browser.page(stage.worker.url, PHONE);
  for (const one of [page, desk, phone]) await signIn(one, SECRETS.API_TOKEN);
  const lookAt = async (name: string, window: Page) => {
    await window.goto("/");
    await look(window, `worker-${name}`);
  };

  await t.step("empty: it waits for the first run", async () => {
    assert.equal(await heading(page), "Waiting for the first run");
    assert.match(await page.innerText("main"), /every five minutes/);
    await lookAt("waiting", desk);
  });

  await t.step("Collect now asks first, and a look at the question changes nothing", async () => {
    await page.getByRole("link", { name: "Collect now" }).click();
    await page.getByRole("link", { name: "Cancel" }).click();
    assert.equal(await heading(page), "Waiting for the first run");
    assert.deepEqual(stage.asked(), {});
  });

  await t.step("Collect now collects, and says what it delivered, once", async () => {
    stage.addRecent(3);
    assert.match(await press(page, "Collect now", "Collect now"), /3 events delivered/);
    assert.equal(stage.xsiam.count, 3);
    assert.equal(await heading(page), "Working");
    assert.match(await page.innerText("main"), /No run has failed since/);
    await page.reload();
    assert.equal(await page.getByRole("status").count(), 0);
    assert.equal(stage.xsiam.count, 3, "a reload does not collect again");
    assert.match(await press(page, "Collect now", "Collect now"), /Nothing new/);
    await lookAt("working", desk);
  });

  await t.step("Test connection tells each step", async () => {
    const told = await testConnection(page);
    assert.match(told, /What could be tested works/);
    assert.match(told, /Signing in: ok, \d+ ms/);
    assert.match(told, /Reaching the destination: not tested\. XSIAM documents no call/);
    const tone = () => page.getByRole("status").getAttribute("class");
    assert.match((await tone())!, /\bwarn\b/, "green would say that the destination works");
    stage.livePerson.forbidden = true;
    const failed = await testConnection(page);
    assert.match(failed, /Reading the audit trail: failed/);
    assert.match(failed, /What to do: Ask LivePerson to enable the Audit Trail API/);
    assert.match((await tone())!, /\bbad\b/);
    const [more] = await page.getByRole("status").getByRole("link").all();
    assert.equal(await more.getAttribute("href"), "/docs#code-audit_forbidden");
  });

  await t.step("failing: since when, why, and what to do", async () => {
    const told = await press(page, "Collect now", "Collect now");
    assert.match(told, /The run failed.*may not read the audit trail/s);
    assert.equal(await heading(page), "Failing");
    await stage.fireCron();
    await page.reload();
    const words = await page.innerText("main");
    assert.match(words, /The last 2 runs failed, since \d\d:\d\d UTC/);
    assert.match(words, /What to do: Ask LivePerson to enable the Audit Trail API/);
    await lookAt("failing", desk);
    await lookAt("failing-phone", phone);
    stage.livePerson.forbidden = false;
  });

  await t.step("dead letters: id and reason, never the content; redelivered", async () => {
    const hidden = "Poisoned object";
    stage.add([change({ objectName: hidden }), change({ objectName: `${hidden} 2` })]);
    stage.xsiam.poison = (event) => String(event.objectName).startsWith(hidden);
    stage.addRecent(1);
    const collected = await press(page, "Collect now", "Collect now");
    assert.ok(collected.includes("XSIAM did not accept 2 events"), collected);
    assert.equal(await heading(page), "Incomplete");
    const { letters }: Json = (await stage.get("/dead-letters")).body;
    const words = await page.innerText("main");
    assert.match(words, /2 dead letters/);
    for (const { eventId } of letters) assert.ok(words.includes(eventId));
    assert.ok(words.includes("XSIAM answered 400"), words);
    assert.doesNotMatch(await page.content(), new RegExp(hidden));
    await lookAt("dead-letters", desk);

    const again = await press(page, "Redeliver refused events", "Redeliver");
    assert.match(again, /0 events redelivered.*2 events refused again/s);
    stage.xsiam.poison = undefined;
    assert.match(
      await press(page, "Redeliver refused events", "Redeliver"),
      /2 events redelivered/,
    );
    assert.equal(await page.getByRole("link", { name: "Redeliver refused events" }).count(), 0);
  });

  await t.step("a backfill: asked for, confirmed as it was understood, cancelled", async () => {
    const link = (name: string) =>
      page.getByRole("navigation", { name: "Actions" }).getByRole("link", { name });
    assert.doesNotMatch(await page.innerText("main"), /Backfill in progress/);
    await link("Backfill").click();
    await page.getByLabel("From").fill("some day");
    await page.getByRole("button", { name: "Continue" }).click();
    assert.match(await page.getByRole("alert").innerText(), /From must be an ISO 8601 date/);
    assert.equal(await page.getByLabel("From").inputValue(), "some day");
    const path = page.url();
    await desk.goto(path);
    await look(desk, "worker-backfill-form");
    await page.getByLabel("From").fill("30 days ago");
    await page.getByLabel("To", { exact: true }).fill("10 days ago");
    await page.getByRole("button", { name: "Continue" }).click();
    assert.equal(await heading(page), "Backfill?");
    assert.match(await page.innerText("form.card"), /UTC to .* UTC, 20 days\./);
    assert.equal((await stage.get("/status")).body.backfill, null, "nothing is started yet");
    await desk.goto(page.url());
    await look(desk, "worker-backfill-confirm");
    await page.getByRole("button", { name: "Start the backfill" }).click();
    assert.match(await page.getByRole("status").innerText(), /The backfill is scheduled/);
    assert.match(await page.innerText("main"), /Backfill in progress/);
    assert.equal(await link("Backfill").count(), 1, "only its cancelling is offered");
    const question = await link("Cancel the backfill").getAttribute("href");
    const told = await press(page, "Cancel the backfill", "Cancel the backfill");
    assert.match(told, /What has been delivered stays delivered/);
    assert.equal((await stage.get("/status")).body.backfill, null);
    await page.goto(new URL(question!, page.url()).href); // as in another tab
    await page.getByRole("button", { name: "Cancel the backfill" }).click();
    assert.match(await page.getByRole("status").innerText(), /There was no backfill to cancel/);
  });

  await t.step("starting over has to be confirmed with the account's id", async () => {
    const { cursor } = (await stage.get("/status")).body;
    await page.getByRole("link", { name: "Start over" }).click();
    await desk.goto(page.url());
    await look(desk, "worker-start-over");
    const type = async (id: string) => {
      await page.getByLabel(`Type ${ACCOUNT} to confirm it`).fill(id);
      await page.getByRole("button", { name: "Start over" }).click();
    };
    await type("another");
    assert.equal(await heading(page), "Start over?", "the browser keeps it back");
    assert.deepEqual((await stage.get("/status")).body.cursor, cursor);
    await type(ACCOUNT);
    assert.match(await page.getByRole("status").innerText(), /The next run starts over/);
    assert.notDeepEqual((await stage.get("/status")).body.cursor, cursor);
    assert.equal(await heading(page), "Waiting for the first run");
    assert.match(await page.innerText("main"), /Nothing has been collected since the start-over/);
  });

  await t.step("a backfill, with its progress", async () => {
    await stage.post("/backfill", { from: "30 days ago", to: "10 days ago" });
    await page.reload();
    assert.match(await page.innerText("main"), /Backfill in progress/);
    await stage.cron();
    await page.reload();
    assert.match(await page.innerText("main"), /Backfill complete/);
  });
});

Deno.test("behind, switched off, and set up badly", async (t) => {
  await using browser = await TestBrowser.open();

  await t.step("behind", async () => {
    await using stage = await Stage.open({
      settings: { MAX_FETCH: "1", LAG_THRESHOLD: "1 minute" },
    });
    const hours = (count: number) => ({ changeTimestampMs: Date.now() - count * HOUR_MS });
    stage.add([change(hours(5)), change(hours(4)), change(hours(3))]);
    // the run that follows the backlog at once is held up, so that the first one's outcome stays
    stage.livePerson.faults.when("audit", () => stage.xsiam.count > 0 ? { hang: true } : undefined);
    await stage.post("/collect");
    const page = await browser.page(stage.worker.url);
    await signIn(page, SECRETS.API_TOKEN);
    assert.equal(await heading(page), "Behind");
    const words = await page.innerText("main");
    assert.match(words, /may not be delivered yet/);
    assert.match(words, /raise MAX_FETCH/);
    await look(page, "worker-behind");
  });

  await t.step("switched off", async () => {
    await using stage = await Stage.open({ settings: { FETCH_EVENTS: "false" } });
    const page = await browser.page(stage.worker.url);
    await signIn(page, SECRETS.API_TOKEN);
    assert.equal(await heading(page), "Switched off");
    assert.match(await page.innerText("main"), /Set FETCH_EVENTS to true/);
    assert.equal(await page.getByText("Collect now").count(), 0);
    await page.goto(`/actions/collect?account=${ACCOUNT}`);
    assert.equal(await heading(page), "Collecting is switched off");
    assert.match(await page.innerText("main"), /FETCH_EVENTS is false, so a run would/);
    assert.equal(await page.locator("form.card").count(), 0);
    await page.getByRole("link", { name: "Back" }).click();
    assert.equal(await heading(page), "Switched off");
    await look(page, "worker-off");
  });

  await t.step("a bad configuration", async () => {
    await using stage = await Stage.open({ settings: { MAX_FETCH: "many" } });
    const page = await browser.page(stage.worker.url);
    await signIn(page, SECRETS.API_TOKEN);
    assert.equal(await heading(page), "Failing");
    assert.match(await page.innerText("main"), /MAX_FETCH must be a whole number/);
    assert.match(
      await testConnection(page),
      /Configuration: failed.*MAX_FETCH must be/s,
    );
    await look(page, "worker-bad-configuration");
  });
});
