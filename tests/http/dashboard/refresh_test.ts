/** The page refreshes by itself, without script, and shows what was open again. */
import assert from "node:assert/strict";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";
import { API_TOKEN, history, ok, startSampleApp, status } from "./sample_app.ts";

Deno.test("a page of one account", async (t) => {
  const failing = { status: ok(status("b", { health: { history: history([21, 22]) } })) };
  await using app = startSampleApp({ a: { status: ok(status("a", {})) }, b: failing });
  await using browser = await TestBrowser.open();
  const page = await browser.page(app.url, { javaScriptEnabled: false });
  await signIn(page, API_TOKEN);
  const refreshOf = async (path: string) => (await page.goto(path))!.headers()["refresh"];

  await t.step(
    "refreshes every minute, the overview every five, until that is stopped",
    async () => {
      assert.equal(await refreshOf("/?account=a"), "60; url=/?account=a");
      assert.equal(await refreshOf("/"), "300; url=/");
      assert.equal(await refreshOf("/events"), undefined);
      await page.goto("/?account=a");
      await page.getByRole("link", { name: "Stop refreshing" }).click();
      assert.match(page.url(), /account=a&refresh=off$/);
      assert.equal(await refreshOf(page.url()), undefined);
      await page.getByRole("link", { name: "Refresh every minute" }).click();
      assert.equal(await refreshOf(page.url()), "60; url=/?account=a");
    },
  );

  await t.step("what is open stays open, and in view", async () => {
    await page.goto("/?account=a");
    assert.doesNotMatch(await page.innerText("main"), /Late arrivals/);
    await page.getByRole("link", { name: "Counts since the beginning" }).click();
    await page.getByRole("link", { name: "By hour, as a table" }).click();
    assert.match(page.url(), /open=totals,hours#hours$/);
    await page.reload();
    const words = await page.innerText("main");
    assert.match(words, /Late arrivals/);
    assert.match(words, /Hour \(UTC\)/);
    assert.equal(await page.locator("[aria-expanded=true]").count(), 2);
    await page.getByRole("link", { name: "Counts since the beginning" }).click();
    assert.doesNotMatch(await page.innerText("main"), /Late arrivals/);
    assert.match(await page.innerText("main"), /Hour \(UTC\)/);
  });

  await t.step("everything opened, wide and on a phone", async () => {
    const everything = "/?account=b&open=runs,outages,hours,days,totals";
    for (const [device, options] of [["desk", {}], ["phone", PHONE]] as const) {
      const window = await browser.page(app.url, options);
      await signIn(window, API_TOKEN);
      await window.goto(everything);
      assert.equal(await heading(window), "Working");
      await look(window, `sample-opened-${device}`);
    }
  });
});

Deno.test("the browser follows the header: the page comes again as it was", async () => {
  await using app = startSampleApp({ a: { status: ok(status("a", {})) } });
  await using browser = await TestBrowser.open();
  const page = await browser.page(app.url, { javaScriptEnabled: false });
  await signIn(page, API_TOKEN);
  let shown = 0;
  const again = Promise.withResolvers<void>();
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document") return await route.continue();
    const response = await route.fetch();
    const { refresh, ...headers } = response.headers();
    assert.equal(refresh, "60; url=/?open=totals");
    shown++;
    // once, and without the wait
    const isFirst = shown === 1;
    await route.fulfill({
      response,
      headers: { ...headers, ...(isFirst && { refresh: refresh.replace("60", "0") }) },
    });
    if (!isFirst) again.resolve();
  });
  await page.goto("/?open=totals#totals", { waitUntil: "commit" });
  await again.promise;
  await page.waitForURL(/open=totals$/);
  assert.match(await page.innerText("main"), /Late arrivals/);
});
