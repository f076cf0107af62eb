/** Several destinations on the page: which is which at a glance, and links that keep both names. */
import assert from "node:assert/strict";
import { HOUR_MS, iso } from "../../../src/engine/time.ts";
import { heading, look, signIn, TestBrowser } from "./browser.ts";
import {
  type Answers,
  API_TOKEN,
  failed,
  history,
  NOW_MS,
  ok,
  run,
  startSampleApp,
  status,
} from "./sample_app.ts";

const PHONE = { viewport: { width: 390, height: 844 } };

const refused = {
  type: "/docs#code-destination_unauthorized",
  title: "Splunk HEC refused the token",
  status: 502,
  code: "destination_unauthorized",
  detail: "Splunk HEC answered 403: the token is unknown.",
  action: "Check HEC_TOKEN and HEC_AUTH_SCHEME, and that the token is enabled.",
};

const hec = (account: string) =>
  ok(status(account, {
    kind: "hec",
    destination: "http-inputs-example.splunkcloud.com#audit",
    state: "failing",
    lagSeconds: 3 * 3600,
    health: {
      lastRun: run({ outcome: "failed", delivered: 0, problem: refused }),
      consecutiveFailures: 36,
      failingSince: iso(NOW_MS - 3 * HOUR_MS),
      history: history([21, 22, 23]),
    },
  }));

const letter = {
  ...{ eventId: "9f1c2d7e5d0f4c9e8b7a6f5e4d3c2b1a", json: "{}", cut: false, timeMs: 0 },
  ...{ bytes: 2, who: null, what: null, object: null },
  status: 400,
  ...{ reason: "it calls the content malformed", occurrence: 1, refusedAlone: true },
  ...{ isDoubted: true, dead: true, tries: 1, nextTryAt: null, cursor: "live", revision: 7 },
  ...{ refusedAt: iso(NOW_MS - HOUR_MS), firstRefusedAt: iso(NOW_MS - HOUR_MS) },
};

const SAMPLES: Record<string, Answers> = {
  "12345678/xsiam": { status: ok(status("12345678", {})) },
  "12345678/hec": { status: hec("12345678") },
  "98765432/xsiam": { status: ok(status("98765432", {})) },
  "98765432/elasticsearch": {
    status: ok(status("98765432", {
      kind: "elasticsearch",
      destination: "siem.example.com/logs-liveperson.audit-default",
      state: "incomplete",
      because: "The runs succeed, but not all is known to be delivered: 1 refused event.",
      deadLetters: 1,
      undelivered: { deadLetters: 1, setAside: 0, gaps: 0, stalledBackfills: 0, total: 1 },
    })),
    deadLetters: ok({
      ...{ count: 1, letters: [letter], next: null },
      groups: [{ reason: letter.reason, status: 400, letters: 1, dead: 1 }],
    }),
    startBackfill: ok({
      ...{ from: iso(0), to: iso(1), startedAt: iso(1), completedAt: null, reached: iso(0) },
      ...{ delivered: 0, deadLettered: 0, refused: 0, movedAt: iso(1) },
    }),
    redeliver: ok({ delivered: 1, refused: 0, left: 0 }),
    discardLetters: ok({ discarded: 1, left: 0 }),
  },
  "98765432/sentinel": {
    status: failed("configuration_invalid", "AZURE_MONITOR_TENANT_ID is not set."),
  },
};

Deno.test("several destinations", async (t) => {
  await using app = startSampleApp(SAMPLES);
  await using browser = await TestBrowser.open();
  const page = await browser.page(app.url);
  const phone = await browser.page(app.url, PHONE);
  await signIn(page, API_TOKEN);
  await signIn(phone, API_TOKEN);

  await t.step("the overview tells account and destination", async () => {
    assert.equal(await heading(page), "2 of 5 failing");
    const words = await page.innerText("main");
    assert.match(words, /2 accounts, 5 destinations/);
    assert.match(words, /2 work\. Since 20:00 UTC yesterday, events were delivered 5,835 times\./);
    assert.match(words, /12345678 to Splunk HEC\s+Splunk HEC refused the token/);
    assert.match(words, /98765432 to Microsoft Sentinel\s+The settings are not valid/);
    assert.match(words, /Account\s+Destination\s+Lag[^]*12345678\s+XSIAM[^]*98765432\s+XSIAM/);
    await look(page, "several-overview-desk");
    await look(phone, "several-overview-phone");
  });

  await t.step("an account without a destination named is an overview of its own", async () => {
    await page.goto("/?account=12345678");
    assert.match(await page.innerText("main"), /Account 12345678, 2 destinations/);
    assert.equal(await heading(page), "1 of 2 failing");
    await look(page, "several-account-desk");
    await phone.goto("/?account=12345678");
    await look(phone, "several-account-phone");
  });

  await t.step("the page of one says which, and leads back", async () => {
    await page.getByRole("link", { name: "12345678 to Splunk HEC" }).click();
    assert.match(page.url(), /\/\?account=12345678&destination=hec$/);
    const words = await page.innerText("main");
    assert.match(words, /Account 12345678, to Splunk HEC at http-inputs-example/);
    await look(page, "several-one-desk");
    await phone.goto("/?account=12345678&destination=hec");
    await look(phone, "several-one-phone");
    await page.getByRole("link", { name: "All destinations of 12345678" }).click();
    await page.getByRole("link", { name: "All accounts" }).click();
    assert.equal(await heading(page), "2 of 5 failing");
  });

  await t.step("an action is for one, by the name of its destination", async () => {
    await page.goto("/?account=98765432&destination=elasticsearch");
    assert.match(await page.innerText("main"), /Elasticsearch refused 1 event/);
    await page.getByRole("link", { name: "Redeliver refused events" }).first().click();
    assert.match(page.url(), /\/actions\/redeliver\?account=98765432&destination=elasticsearch$/);
    assert.match(await page.innerText("form.card"), /account 98765432, to Elasticsearch\./);
    await look(page, "several-confirm-desk");
    await page.getByRole("button", { name: "Redeliver" }).click();
    assert.match(page.url(), /\/\?account=98765432&destination=elasticsearch$/);
    assert.match((await page.getByRole("status").textContent())!, /1 event redelivered/);
    const fields = new URLSearchParams({ account: "98765432", destination: "elasticsearch" });
    await page.goto(`/actions/backfill?${fields}&from=2026-10-01&to=2026-10-02`);
    await page.getByRole("button", { name: "Start the backfill" }).click();
    assert.match(
      page.url(),
      /\/\?account=98765432&destination=elasticsearch$/,
      "not to all of them",
    );
    await page.goto("/actions/redeliver?account=98765432");
    assert.equal(await heading(page), "This needs one account and one destination");
  });

  await t.step("what is undelivered is linked by its number, for one destination", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "1 undelivered: 98765432 to Elasticsearch" }).click();
    const here = /\/undelivered\?account=98765432&destination=elasticsearch/;
    assert.match(page.url(), here);
    assert.match(await page.innerText("main"), /Elasticsearch answered 400/);
    await page.getByRole("link", { name: /^Discard these/ }).click();
    assert.match(await page.innerText("form.card"), /account 98765432, to Elasticsearch\./);
    await page.getByRole("button", { name: "Discard" }).click();
    assert.match(page.url(), here);
    assert.match((await page.getByRole("status").textContent())!, /1 event discarded/);
    await page.goto("/?sort=lag");
    assert.equal(await page.getByRole("link", { name: /^1 undelivered/ }).count(), 1);
    await page.goto("/undelivered?account=98765432");
    assert.equal(await heading(page), "This needs one account and one destination");
  });

  await t.step("there is no page of a destination that the account doesn't have", async () => {
    const response = await page.goto("/?account=12345678&destination=sentinel");
    assert.equal(response!.status(), 404);
  });

  await t.step("events are read for an account, whatever its destinations", async () => {
    await page.goto("/?account=12345678&destination=hec");
    await page.getByRole("link", { name: "Look at events" }).click();
    const options = await page.locator("#account option").allInnerTexts();
    assert.deepEqual(options, ["12345678", "98765432"]);
    assert.equal(await page.locator("#account").inputValue(), "12345678");
  });
});
