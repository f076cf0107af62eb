/** Events on the page, from the real bundle: only when asked for, searched on the server, and always as text. */
import assert from "node:assert/strict";
import { ACCOUNT, change, SECRETS, tenth } from "../../environment.ts";
import { Stage } from "../../cloudflare/stage.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";

const HOSTILE =
  `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`;
const QUOTES = `"quotes" 'and' &amp; </td></table> \u202Ebackwards`;

Deno.test("the table of recent events", async (t) => {
  await using stage = await Stage.open();
  await using browser = await TestBrowser.open();
  const page = await browser.page(stage.worker.url);
  await signIn(page, SECRETS.API_TOKEN);
  const nowMs = Date.now();
  const long = `${"long ".repeat(40)}the end`;
  stage.add([
    change({
      objectName: HOSTILE,
      oldValue: QUOTES,
      newValue: long,
      changeTimestampMs: Date.now() - 9_000,
    }),
    change({ objectName: "Alpha skill", element: "Name", changeTimestampMs: Date.now() - 6_000 }),
    change({
      objectName: "Gamma",
      objectType: "Profiles",
      originatorUserId: "user-77",
      changeTimestampMs: nowMs - 60_000,
    }),
    change({ objectName: "Delta", actionType: "Delete", changeTimestampMs: nowMs - 61_000 }),
    change({ objectName: "Beta skill", originator: "Zoë", changeTimestampMs: Date.now() - 3_000 }),
  ]);
  const search = async (fields: Record<string, string>) => {
    for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
    await page.getByRole("button", { name: "Search" }).click();
    return await page.innerText("main");
  };

  await t.step("shows and reads nothing before it is asked", async () => {
    await page.getByRole("link", { name: "Events", exact: true }).click();
    assert.equal(await heading(page), "Events");
    assert.deepEqual(stage.asked(), {});
    await look(page, "events-form");
  });

  await t.step(
    "shows the newest first, hostile content as text, long values whole when opened",
    async () => {
      const words = await search({ Since: "2 hours" });
      assert.match(words, /5 events/);
      assert.ok(words.indexOf("Beta skill") < words.indexOf("Alpha skill"));
      assert.ok(words.includes(HOSTILE.slice(0, 60)), "the mark-up is text");
      assert.equal(await page.locator("main script, main img").count(), 0);
      assert.match(await page.title(), /^Events/);
      assert.ok(words.includes(QUOTES));
      assert.ok(!words.includes("the end"));
      await page.locator("summary", { hasText: "long long" }).click();
      assert.ok((await page.innerText("main")).includes(long));
      assert.match(await page.innerText("main"), /event_id\s+[0-9a-f]{32}/);
      await look(page, "events-opened");
    },
  );

  await t.step("filters on the server, whatever the case, in every field", async () => {
    assert.match(await search({ Containing: "ALPHA" }), /1 event\b[^]*Alpha skill/);
    assert.doesNotMatch(await page.content(), /Beta skill/);
    assert.match(await search({ Containing: "zoë" }), /Beta skill/);
    assert.match(await search({ Containing: `"quotes" 'and'` }), /1 event\b/);
    assert.equal(await page.getByLabel("Containing").inputValue(), `"quotes" 'and'`);
    assert.match(await search({ Containing: `"><script>alert(1)</script>` }), /No event found/);
    assert.match(await search({ Containing: "", "Show at most": "1" }), /the newest 1 shown/);
  });

  await t.step("filters by type, change and user, and ends at a time", async () => {
    const none = { Type: "", Change: "", By: "", Until: "" };
    const found = async (fields: Record<string, string>) =>
      /(\d+) events?\n/.exec(await search({ "Show at most": "50", ...none, ...fields }))?.[1] ??
        "0";
    assert.equal(await found({}), "5");
    assert.equal(await found({ Type: "profile" }), "1");
    assert.equal(await found({ Change: "delete" }), "1");
    assert.equal(await found({ Type: "profile", Change: "delete" }), "0");
    assert.equal(await found({ By: "zoë" }), "1");
    assert.equal(await found({ By: "user-77" }), "1");
    assert.equal(await found({ Until: new Date(nowMs - 5_000).toISOString() }), "4");
    assert.match(await search({ ...none, Until: "2 days" }), /Until must be after Since/);
    await search(none);
  });

  await t.step("an event has an address of its own, which shows all its fields", async () => {
    await page.locator("summary", { hasText: "Alpha skill" }).click();
    await page.getByRole("link", { name: "Link to this event" }).locator("visible=true").click();
    assert.match(page.url(), /&event=[0-9a-f]{32}-1$/);
    const words = await page.innerText("main");
    assert.match(words, /1 event\n[^]*objectName\s+Alpha skill/);
    assert.doesNotMatch(words, /Beta skill/);
    await look(page, "events-one");
    const href = page.url();
    await page.goto(href.replace(/event=[^&]+/, `event=${"0".repeat(32)}`));
    assert.match(await page.innerText("main"), /LivePerson no longer shows it/);
  });

  await t.step("what is shown is exported, and nothing that came after it", async () => {
    await page.goto("/events?start=2+hours&text=skill&limit=2");
    stage.add([change({ objectName: "Newer skill", changeTimestampMs: Date.now() - 1_000 })]);
    const get = async (ending: string) => {
      const href = await page.getByRole("link", { name: ending }).getAttribute("href");
      return await page.request.get(href!);
    };
    const json = await get("JSON");
    assert.match(json.headers()["content-disposition"], /attachment; filename="[\w.-]+\.json"/);
    const events: Record<string, unknown>[] = await json.json();
    assert.deepEqual(events.map(({ objectName }) => objectName), ["Beta skill", "Alpha skill"]);
    const csv = await (await get("CSV")).text();
    const [header, ...rows] = csv.trimEnd().split("\r\n");
    assert.match(header, /^changeDate,accountId,.*,event_id$/);
    assert.deepEqual(rows.map((row) => row.split(",").at(-1)), events.map((one) => one.event_id));
    await page.getByRole("link", { name: "Link to this list" }).click();
    const listed = await page.locator(".event-list").innerText();
    assert.match(listed, /Beta skill[^]*Alpha skill/);
    assert.doesNotMatch(listed, /Newer skill/);
    assert.equal(await page.getByLabel("Containing").inputValue(), "skill");
    const wrong = await page.request.get("/events.csv?start=soon", { maxRedirects: 0 });
    assert.equal(wrong.headers().location, "/events?account=" + ACCOUNT + "&start=soon&limit=50");
    const stranger = await browser.page(stage.worker.url);
    assert.equal((await stranger.request.get("/events.json?start=1+day")).status(), 401);
  });

  await t.step("says what is wrong with a search", async () => {
    const wrong = () =>
      page.locator("[aria-invalid=true]").evaluateAll((all) => all.map((e) => e.id));
    const asked = JSON.stringify(stage.asked());
    assert.match(await search({ Since: "soon" }), /Since must be an ISO 8601 date or time/);
    assert.deepEqual(await wrong(), ["start"]);
    await look(page, "events-refused");
    await page.goto("/events?start=1+day&limit=201");
    assert.match(await page.innerText("main"), /Show at most must be a whole number from 1 to 200/);
    assert.deepEqual(await wrong(), ["limit"]);
    assert.equal(JSON.stringify(stage.asked()), asked, "nothing is read");
    await page.getByLabel("Show at most").fill("50");
    stage.livePerson.forbidden = true;
    assert.match(await search({ Since: "1 day" }), /Ask LivePerson to enable/);
    stage.livePerson.forbidden = false;
  });

  await t.step("on a phone, without JavaScript, and nothing was pushed", async () => {
    const bare = await browser.page(stage.worker.url, { ...PHONE, javaScriptEnabled: false });
    await signIn(bare, SECRETS.API_TOKEN);
    await bare.goto("/events?start=2+hours");
    assert.match(await bare.innerText("main"), /Beta skill/);
    const phone = await browser.page(stage.worker.url, PHONE);
    await signIn(phone, SECRETS.API_TOKEN);
    await phone.goto("/events?start=2+hours");
    await look(phone, "events-phone");
    assert.equal(stage.xsiam.requests.length, 0);
  });
});

Deno.test("more events at one instant than a search reads", async (t) => {
  await using stage = await Stage.open();
  await using browser = await TestBrowser.open();
  const page = await browser.page(stage.worker.url);
  await signIn(page, SECRETS.API_TOKEN);
  const atMs = tenth(Date.now() - 10 * 60_000);
  const crowd = (count: number, timeMs: number, name: string) =>
    stage.add(
      Array.from({ length: count }, (_, i) =>
        change({ objectName: `${name} ${i}`, changeTimestampMs: timeMs })),
    );
  crowd(3, atMs - 1000, "Early");
  crowd(1100, atMs, "Crowd");
  crowd(2, atMs + 1000, "Late");
  const ids = async () =>
    await page.locator("dl div:last-child dd").evaluateAll((all) => all.map((e) => e.textContent));
  const isAsExported = async () => {
    const href = await page.getByRole("link", { name: "JSON" }).getAttribute("href");
    const events: Record<string, unknown>[] = await (await page.request.get(href!)).json();
    const shown = await ids();
    assert.deepEqual(events.map(({ event_id }) => event_id), shown);
    await page.getByRole("link", { name: "Link to this list" }).click();
    assert.deepEqual(await ids(), shown);
    await page.goBack();
  };

  await t.step("the search before it ends with whole instants, and leads to it", async () => {
    await page.goto("/events?start=1+hour&limit=20");
    assert.match(await page.innerText("main"), /3 events\s[^]*There are more from .* on than/);
    await isAsExported();
    await page.getByRole("link", { name: "continue the search" }).click();
  });

  await t.step("it says that there are more, how to get them, and goes on after it", async () => {
    const words = await page.innerText("main");
    assert.match(words, /More events than these have the time .*one search reads 1,000 at most/);
    const until = new Date(atMs + 1).toISOString();
    assert.ok(words.includes(`--until ${until} --limit 10000`));
    await isAsExported();
    await look(page, "events-crowd");
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, "events-crowd-phone");
    await page.getByRole("link", { name: "Continue the search after" }).click();
    assert.match(await page.innerText("main"), /2 events\s[^]*Late 1/);
  });
});
