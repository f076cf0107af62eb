/** Who did what, in a browser: read by whoever may, and the end of all sessions. */
import assert from "node:assert/strict";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";
import { API_TOKEN, ok, run, startSampleApp, status } from "./sample_app.ts";

Deno.test("the activity shows what was done here, and signs everybody out", async () => {
  await using app = startSampleApp({
    "111": { status: ok(status("111", {})), collect: ok(run()) },
  });
  await using browser = await TestBrowser.open();
  const [page, phone] = [await browser.page(app.url), await browser.page(app.url, PHONE)];
  await signIn(page, API_TOKEN);
  await signIn(phone, API_TOKEN);
  await page.goto("/actions/collect?account=111");
  await page.getByRole("button", { name: "Collect now" }).click();
  await page.getByRole("link", { name: "Activity" }).click();
  assert.equal(await heading(page), "Activity");
  const row = page.getByRole("row").filter({ hasText: "collect" });
  assert.match(await row.innerText(), /API_TOKEN, session .{8}\s+collect\s+111, xsiam\s+done/);
  await look(page, "activity");
  await phone.goto("/activity");
  await look(phone, "activity-phone");

  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  assert.equal(await heading(page), "Sign in");
  await phone.goto("/");
  assert.equal(await heading(phone), "Sign in");
});
