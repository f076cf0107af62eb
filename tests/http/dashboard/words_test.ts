/** Tables with long names beside short words, in a browser: no word of ours is broken, and nothing runs out of the page. */
import assert from "node:assert/strict";
import { look, signIn, TestBrowser } from "./browser.ts";
import { API_TOKEN, ok, startSampleApp, status } from "./sample_app.ts";

/** As long as names get. */
const LONG = "Sales-and-Service-Organisation-of-Northern-Europe-Stockholm1";
/** The same without a place to break it. */
const LONG_WORD = "Salesandserviceorganisationofnortherneuropestockholm12345678";
const ACCOUNTS = Array.from({ length: 8 }, (_, i) => `1000000${i}`);
const SECOND = ["10000001/sentinel", "10000003/elasticsearch", "10000005/hec"];

/** The words in cells of tables that are on two lines, unless they are too long for one. */
const BROKEN = `(() => {
  const broken = [];
  for (const cell of document.querySelectorAll("th, td")) {
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
      for (const { index, 0: word } of node.data.matchAll(/[^\\s-]{1,20}(?![^\\s-])(?<![^\\s-]{21})/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) broken.push(word);
      }
    }
  }
  return broken;
})()`;

Deno.test("an overview of many with long names", async (t) => {
  const samples = Object.fromEntries(
    [
      ...ACCOUNTS.map((id) => SECOND.some((two) => two.startsWith(id)) ? `${id}/xsiam` : id),
      ...SECOND,
    ].sort().map((id, i) => {
      const [account] = id.split("/");
      const isIncomplete = i % 4 === 3;
      return [id, {
        status: ok(status(account, {
          lagSeconds: 3_600 * 23 + 59 * 60,
          ...(isIncomplete && { state: "incomplete" as const, because: "3 dead letters." }),
        })),
      }];
    }),
  );
  const names = { "10000001": LONG, "10000003": LONG_WORD, "10000005": "Zoë Åkesson" };
  await using app = startSampleApp(samples, names);
  await using browser = await TestBrowser.open();
  for (const width of [1280, 1024, 390]) {
    const page = await browser.page(app.url, { viewport: { width, height: 860 } });
    await signIn(page, API_TOKEN);
    for (const sort of ["state", "account"]) {
      await t.step(`${width} pixels wide, by ${sort}`, async () => {
        await page.goto(`/?sort=${sort}`);
        assert.match(await page.innerText("main"), /Working/);
        assert.deepEqual(await page.evaluate(BROKEN), []);
        await look(page, `words-overview-${sort}-${width}`);
      });
    }
  }
});
