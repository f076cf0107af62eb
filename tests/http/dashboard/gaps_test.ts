/** Gaps on the page of undelivered events: when, how many and why, for whoever has only a browser. */
import assert from "node:assert/strict";
import type { Gap } from "../../../src/engine/progress.ts";
import { HOUR_MS } from "../../../src/engine/time.ts";
import { GapsCard } from "../../../src/http/dashboard/gaps.tsx";
import { look, PHONE, signIn, TestBrowser } from "./browser.ts";
import { API_TOKEN, NOW_MS, ok, startSampleApp, status } from "./sample_app.ts";

const AT_MS = NOW_MS - 2 * HOUR_MS;
const GAP: Gap = {
  ...{ day: "2026-11-21", offset: 1000, records: 3, why: "beyond the last offset" },
  ...{ afterMs: AT_MS, beforeMs: AT_MS + 70_000, foundAtMs: NOW_MS },
};
const GAPS: readonly Gap[] = [
  GAP,
  { ...GAP, offset: 7, why: "never shown", records: null, beforeMs: AT_MS + 30 * HOUR_MS },
  { ...GAP, offset: 8, why: "unreadable", records: 1, beforeMs: null },
  {
    ...{ ...GAP, offset: 9, why: "unreadable", records: 1 },
    tooLarge: { atLeastBytes: 17_000_000, sha256: "0".repeat(64), timeMs: AT_MS },
  },
];

Deno.test("each gap says when its records are from, how many they are and why they are missing", () => {
  const told = (gap: Gap) =>
    String(GapsCard({ gaps: [gap], nowMs: NOW_MS })).replaceAll("&#39;", "'")
      .replace(/.*<tbody/s, "<").replace(/<[^>]+>/g, " ").replace(/\s+/g, " ").trim();
  const place = "In the listing from 21 Nov 2026, offset";
  assert.deepEqual(GAPS.map(told), [
    `21 Nov 2026, 17:42:00 to 17:43:10 ${place} 1,000 3 LivePerson's listing ends before them. 19:42 UTC`,
    `21 Nov 2026, 17:42:00 to 22 Nov 2026, 23:42:00 ${place} 7 not known ` +
    "They are counted in the listing, but no answer had them. 19:42 UTC",
    `after 21 Nov 2026, 17:42:00 ${place} 8 1 ` +
    "LivePerson fails to answer when it is asked for them. 19:42 UTC",
    `21 Nov 2026, 17:42:00 ${place} 9 1 The record is too large to be read: it has over 17.0 MB. 19:42 UTC`,
  ]);
  assert.match(told({ ...GAP, afterMs: null }), /^before 21 Nov 2026, 17:43:10 /);
  assert.match(told({ ...GAP, afterMs: null, beforeMs: null }), /^not known /);
});

Deno.test("nobody is sent to where a browser gets nothing", async (t) => {
  const undelivered = { deadLetters: 0, setAside: 0, gaps: 6, stalledBackfills: 0, total: 6 };
  const incomplete = status("a", {
    ...{ state: "incomplete", because: "Missing: 6 records that LivePerson did not show." },
    ...{ undelivered, health: { gaps: GAPS } },
  });
  await using app = startSampleApp({ a: { status: ok(incomplete) } });
  await using browser = await TestBrowser.open();
  for (const [device, options] of [["desk", {}], ["phone", PHONE]] as const) {
    await t.step(`the status page leads to the times of the gaps, ${device}`, async () => {
      const page = await browser.page(app.url, options);
      await signIn(page, API_TOKEN);
      await page.getByRole("link", { name: "See their times" }).click();
      assert.match(await page.innerText("main"), /17:42:00 to 17:43:10/);
      await look(page, `gaps-${device}`);
    });
  }

  await t.step("a browser at an address for programs gets a page that leads on", async () => {
    const page = await browser.page(app.url);
    await signIn(page, API_TOKEN);
    const answer = await page.goto("/status");
    assert.equal(answer!.status(), 401);
    assert.equal(answer!.headers()["www-authenticate"], "Bearer");
    assert.match(await page.innerText("main"), /This address is for programs/);
    await look(page, "for-programs");
    await page.getByRole("link", { name: "Status page" }).click();
    assert.match(await page.innerText("main"), /Incomplete/);
  });

  await t.step("a program still gets the problem as JSON", async () => {
    const asked: Record<string, string>[] = [
      {},
      { Accept: "application/json" },
      { Accept: "text/html", Authorization: "Bearer wrong" },
    ];
    for (const headers of asked) {
      const answer = await fetch(`${app.url}/status`, { headers });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
      assert.equal((await answer.json()).code, "unauthorized");
    }
  });
});
