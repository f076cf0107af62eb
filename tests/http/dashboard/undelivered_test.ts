/** What is undelivered, on the page of the real bundle and without script: read, grouped, redelivered, discarded. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { MAX_CONTENT_BYTES } from "../../../src/http/dashboard/letter_content.ts";
import { ACCOUNT, change, SECRETS, tenth } from "../../environment.ts";
import { type Json, Stage } from "../../cloudflare/stage.ts";
import { heading, look, signIn, TestBrowser } from "./browser.ts";

const READ = "read-t0ken-5a1d-77c2-4e09-8b3f-2c9d6e0f1a7b";
const NARROW = { viewport: { width: 390, height: 844 } };
const HOSTILE =
  `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">\u202E`;

/** A stage with six dead letters for two reasons: one is hostile, one is large. */
async function opened(): Promise<Stage> {
  const stage = await Stage.open({ settings: { API_TOKEN_READ: READ } });
  let dead = 0;
  let atMs = tenth(Date.now() - 60_000);
  const refused = async (status: 400 | 413, names: readonly string[], newValue = "Berlin") => {
    const fields = { objectType: "User", element: "Name", originator: "Grace Hopper" };
    const bad = (objectName: string) =>
      change({ ...fields, objectName, newValue, changeTimestampMs: atMs += 100 });
    stage.add([...names.map(bad), change({ changeTimestampMs: atMs += 100 })]);
    stage.xsiam.poison = ({ objectName }) => names.includes(String(objectName));
    stage.xsiam.poisonStatus = status;
    dead += names.length;
    await stage.post("/collect");
    stage.add([change({ changeTimestampMs: atMs += 100 })]);
    await stage.post("/collect");
    assert.equal((await stage.status()).deadLetters, dead);
  };
  await refused(400, ["Anna Berg", "Bea Tal", "Cora See", HOSTILE]);
  await refused(413, ["Dora Feld"]);
  await refused(413, ["Ella Wald"], "large ".repeat(30_000));
  return stage;
}

Deno.test("what is undelivered is read, redelivered and discarded on the page", async (t) => {
  await using stage = await opened();
  await using browser = await TestBrowser.open();
  const page = await browser.page(stage.worker.url, { javaScriptEnabled: false });
  const desk = await browser.page(stage.worker.url);
  const phone = await browser.page(stage.worker.url, NARROW);
  for (const one of [page, desk, phone]) await signIn(one, SECRETS.API_TOKEN);
  const lookAt = async (name: string) => {
    for (const [device, window] of [["desk", desk], ["phone", phone]] as const) {
      await window.goto(page.url());
      await look(window, `${name}-${device}`);
    }
  };
  const main = () => page.innerText("main");
  const choose = (name: RegExp) => page.getByRole("link", { name }).first().click();

  await t.step("the number on the status page leads there", async () => {
    assert.equal(await heading(page), "Incomplete");
    await look(phone, "undelivered-status-phone");
    const { letters } = (await stage.get("/dead-letters")).body;
    // of the large one, only the beginning is shown, which need not have the id
    const { eventId } = letters.slice(1).find(({ bytes }: Json) => bytes < MAX_CONTENT_BYTES);
    await page.getByRole("link", { name: eventId }).click();
    assert.ok((await page.locator("main pre").innerText()).includes(eventId));
    await page.goto("/");
    await page.getByRole("link", { name: "6", exact: true }).click();
    assert.equal(await heading(page), "6 undelivered");
    assert.match(await main(), /6 dead letters\./);
  });

  await t.step("each says when, who, what, which object, why and how large", async () => {
    const words = await main();
    for (const name of ["Anna Berg", "Bea Tal", "Cora See", "Dora Feld", "Ella Wald"]) {
      assert.ok(words.includes(`UPDATE, Name, USER: ${name}`), name);
    }
    assert.match(words, /Grace Hopper/);
    assert.match(words, /UTC/);
    assert.match(words, /XSIAM answered 400: it calls the content malformed\s+4/);
    assert.match(words, /XSIAM answered 413: it calls the content too large\s+2/);
    assert.match(words, /\d{3} bytes/);
    assert.match(words, /18\d\.\d KB/);
    assert.match(words, /1 try by runs as a dead letter, again after/);
    assert.doesNotMatch(await page.content(), /Berlin|large large/, "content only on demand");
    assert.equal(await page.locator("main script, main img").count(), 0);
    await lookAt("undelivered");
  });

  await t.step("the content of one is shown when it is asked for, as text", async () => {
    await choose(/^Content: .*script/);
    const content = await page.locator("main pre").innerText();
    assert.ok(content.includes(JSON.stringify(HOSTILE).slice(1, -1).replace("\u202e", "\\u202e")));
    assert.match(content, /"newValue": "Berlin"/);
    assert.equal(await page.locator("main script, main img").count(), 0);
    assert.equal(await page.locator("main pre").count(), 1, "of one letter");
    await lookAt("undelivered-content");
    await choose(/^Close/);
    assert.equal(await page.locator("main pre").count(), 0);
  });

  await t.step("of a large one, the beginning", async () => {
    await choose(/^Content: .*Ella Wald/);
    const content = await page.locator("main pre").innerText();
    assert.ok(content.length <= MAX_CONTENT_BYTES + 1 && content.length > 60_000);
    assert.match(await main(), /The beginning of 18\d\.\d KB\. GET \/dead-letters\?event_id=/);
  });

  await t.step("a group is listed alone", async () => {
    await choose(/answered 413/);
    assert.match(page.url(), /reason=/);
    const words = await main();
    assert.ok(words.includes("Dora Feld") && !words.includes("Anna Berg"));
    await choose(/answered 413/);
    assert.ok((await main()).includes("Anna Berg"));
  });

  await t.step("one is redelivered, and refused again, or taken", async () => {
    const redeliver = async (): Promise<string> => {
      await choose(/^Redeliver: .*Anna Berg/);
      assert.equal(await heading(page), "Redeliver refused events?");
      assert.match(
        await page.innerText("form.card"),
        /UPDATE, Name, USER: Anna Berg by Grace Hopper\./,
      );
      await page.getByRole("button", { name: "Redeliver" }).click();
      return await page.getByRole("status").innerText();
    };
    stage.xsiam.poison = () => true;
    assert.match(
      await redeliver(),
      /0 events redelivered\s+1 event refused again, 6 refused events left/,
    );
    stage.xsiam.poison = undefined;
    assert.match(
      await redeliver(),
      /1 event redelivered\s+0 events refused again, 5 refused events left/,
    );
    assert.equal(await heading(page), "5 undelivered");
  });

  await t.step("discarding asks, and a look at the question changes nothing", async () => {
    await choose(/^Discard: .*Bea Tal/);
    assert.equal(await heading(page), "Discard refused events?");
    const question = await page.innerText("form.card");
    assert.match(question, /UPDATE, Name, USER: Bea Tal by Grace Hopper\./);
    assert.match(question, /never delivered to XSIAM, unless a backfill .* can't be undone/);
    await lookAt("undelivered-discard");
    await page.getByRole("link", { name: "Cancel" }).click();
    assert.equal(await heading(page), "5 undelivered");
  });

  const discard = async (name: RegExp, subject: RegExp): Promise<string> => {
    await choose(name);
    assert.match(await page.innerText("form.card"), subject);
    await page.getByRole("button", { name: "Discard" }).click();
    return await page.getByRole("status").innerText();
  };

  await t.step("one is discarded, then a group, then all", async () => {
    const one = await discard(/^Discard: .*Bea Tal/, /Bea Tal/);
    assert.match(one, /1 event discarded\s+4 refused events left/);
    const group = await discard(/^Discard these: .*413/, /2 refused events \(XSIAM answered 413: /);
    assert.match(group, /2 events discarded\s+2 refused events left/);
    assert.ok(!(await main()).includes("Dora Feld"));
    const all = await discard(/^Discard all/, /All 2 refused events\./);
    assert.match(all, /2 events discarded\s+0 refused events left/);
    assert.equal(await heading(page), "Nothing is known to be undelivered");
    await lookAt("undelivered-nothing");
    await page.getByRole("link", { name: /^Status of/ }).click();
    assert.equal(await heading(page), "Working");
    assert.equal((await stage.status()).health.totals.discarded, 5);
  });

  await t.step("a letter that is gone can't be asked for", async () => {
    for (const path of ["/actions/discard?all=true", "/actions/redeliver?ids=gone"]) {
      const response = await page.goto(path);
      assert.deepEqual([response!.status(), await heading(page)], [
        404,
        "There is no such refused event",
      ]);
    }
    const unclear = await page.goto("/actions/discard");
    assert.equal(unclear!.status(), 400, "which ones has to be said");
  });

  await t.step("what is set aside is discarded too, and says so before", async () => {
    stage.xsiam.poison = () => true;
    stage.add([change({ objectName: "Gus Roe", changeTimestampMs: tenth(Date.now()) })]);
    assert.equal((await stage.post("/collect")).status, 502);
    await page.goto("/");
    assert.match(await main(), /1 event set aside\s+They were not accepted, perhaps only/);
    await page.getByRole("link", { name: "Read the reasons" }).click();
    assert.match(await main(), /1 event set aside\./);
    await lookAt("undelivered-set-aside");
    const all = await discard(/^Discard all/, /^[^]*1 refused event, set aside\.[^]*no longer try/);
    assert.match(all, /1 event discarded\s+0 refused events left/);
    stage.xsiam.poison = undefined;
    assert.equal((await stage.post("/collect")).status, 200);
    assert.ok(!stage.xsiam.events.some(({ objectName }) => objectName === "Gus Roe"));
  });

  await t.step("who read and who discarded is in the activity", async () => {
    await page.goto("/activity");
    const words = await main();
    assert.match(words, /API_TOKEN, session [\w-]+\s+discardDeadLetters\s+12345678, xsiam\s+done/);
    assert.equal(words.match(/discardDeadLetters/g)?.length, 4);
    assert.match(words, /listDeadLetters/);
  });
});

Deno.test("whoever may only look sees how many and why, no content, and discards nothing", async () => {
  await using stage = await opened();
  await using browser = await TestBrowser.open();
  const page = await browser.page(stage.worker.url);
  await signIn(page, READ);
  await page.getByRole("link", { name: "6", exact: true }).click();
  const words = await page.innerText("main");
  assert.match(words, /XSIAM answered 413: it calls the content too large\s+2/);
  assert.doesNotMatch(words, /Grace Hopper|Anna Berg|Redeliver these|Discard these|Content/);
  await look(page, "undelivered-reader");
  const [{ eventId }] = (await stage.get("/dead-letters")).body.letters;
  for (
    const path of [
      `/undelivered?event=${eventId}`,
      "/actions/discard?all=true",
      "/actions/redeliver",
    ]
  ) {
    assert.equal((await page.goto(path))!.status(), 403, path);
  }
  assert.equal(await forged(page, { all: "true" }), 403);
  assert.equal((await stage.status()).deadLetters, 6);
});

/** The status of a form to discard that somebody makes who is signed in. */
async function forged(page: Page, fields: Record<string, string>): Promise<number> {
  await page.goto("/");
  const token = await page.locator('input[name="token"]').first().inputValue();
  const form = { token, account: ACCOUNT, ...fields };
  const headers = { Origin: new URL(page.url()).origin };
  const options = { form, headers, maxRedirects: 0 };
  return (await page.request.post("/actions/discard", options)).status();
}
