/** How the page looks with a history: each state in light and dark, on a desk and on a phone; axe finds nothing. */
import assert from "node:assert/strict";
import { NO_HISTORY } from "../../../src/collector/health/history.ts";
import { HOUR_MS, iso } from "../../../src/engine/time.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";
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

const DESK = { width: 1280, height: 860 };

const FAILURE = {
  outcome: "failed",
  delivered: 0,
  problem: {
    type: "/docs#code-destination_unauthorized",
    title: "XSIAM refused the API key",
    status: 502,
    code: "destination_unauthorized",
    detail: "XSIAM (POST api-example.xdr.eu.paloaltonetworks.com/logs/v1/event) answered 401.",
    action: "Check XSIAM_API_KEY and XSIAM_AUTH_ID, and that the HTTP log collector is enabled.",
  },
} as const;

const LETTERS = ["9f1c2d7e", "a07b33c1", "c4419e02"].map((id) => ({
  eventId: `${id}5d0f4c9e8b7a6f5e4d3c2b1a`,
  json: `{"objectName":"must not be shown"}`,
  ...{ cut: false, bytes: 34, who: "Grace Hopper", what: "UPDATE", object: "USER: Anna Berg" },
  reason: "The format of a record was not accepted",
  status: 400,
  ...{ refusedAt: iso(NOW_MS - 5 * HOUR_MS), firstRefusedAt: iso(NOW_MS - 5 * HOUR_MS) },
  ...{
    occurrence: 1,
    timeMs: 0,
    dead: true,
    refusedAlone: true,
    isDoubted: true,
    tries: 1,
    nextTryAt: null,
    cursor: "live",
    revision: 7,
  },
}));

const ACCOUNTS: Record<string, Answers> = {
  working: { status: ok(status("working", {})) },
  failing: {
    status: ok(status("failing", {
      state: "failing",
      lagSeconds: 5 * 3600 + 640,
      health: {
        lastRun: run(FAILURE),
        consecutiveFailures: 61,
        failingSince: iso(NOW_MS - 5 * HOUR_MS),
        lastDelivery: { at: iso(NOW_MS - 5.2 * HOUR_MS), events: 7 },
        history: history([19, 20, 21, 22, 23]),
      },
    })),
  },
  behind: {
    status: ok(status("behind", {
      state: "behind",
      lagSeconds: 26 * 3600,
      health: { lastRun: run({ more: true, delivered: 5000, trigger: "backlog" }) },
    })),
  },
  off: { status: ok(status("off", { state: "disabled" })) },
  waiting: {
    status: ok(status("waiting", {
      state: "waiting",
      lagSeconds: null,
      health: { lastRun: null, lastDelivery: null, history: NO_HISTORY },
    })),
  },
  letters: {
    status: ok(status("letters", {
      state: "incomplete",
      because: "The runs succeed, but not all is known to be delivered: 3 dead letters.",
      deadLetters: 3,
      undelivered: { deadLetters: 3, setAside: 0, gaps: 0, stalledBackfills: 0, total: 3 },
      backfill: {
        from: "2026-08-01T00:00:00.000Z",
        to: "2026-11-01T00:00:00.000Z",
        startedAt: iso(NOW_MS - 3 * HOUR_MS),
        completedAt: null,
        delivered: 31_840,
        deadLettered: 0,
        refused: 0,
        reached: "2026-09-24T08:15:00.000Z",
        movedAt: iso(NOW_MS),
      },
    })),
    deadLetters: ok({ count: 3, letters: LETTERS, next: null }),
  },
  broken: {
    status: failed("configuration_invalid", "Account broken: MAX_FETCH must be a whole number."),
  },
};

/** What each account's first heading says. */
const HEADINGS: Record<string, string> = {
  working: "Working",
  failing: "Failing",
  behind: "Behind",
  off: "Switched off",
  waiting: "Waiting for the first run",
  letters: "Incomplete",
  broken: "Failing",
};

/** Looked at in the tests of the real bundle. */
const SEEN_ELSEWHERE = new Set(["behind", "off", "waiting", "broken"]);

Deno.test("every state says what it is in its first heading", async (t) => {
  await using app = startSampleApp(ACCOUNTS);
  await using browser = await TestBrowser.open();
  const devices = [["desk", {}, Object.keys(HEADINGS)], ["phone", PHONE, ["letters"]]] as const;
  for (const [device, options, accounts] of devices) {
    const page = await browser.page(app.url, options);
    await signIn(page, API_TOKEN);
    for (const account of accounts) {
      const expected = HEADINGS[account];
      await t.step(`${account}, ${device}`, async () => {
        await page.goto(`/?account=${account}`);
        assert.equal(await heading(page), expected);
        assert.match(await page.title(), new RegExp(`^${expected}`));
        assert.doesNotMatch(await page.content(), /must not be shown/);
        if (!SEEN_ELSEWHERE.has(account)) await look(page, `sample-${account}-${device}`);
      });
    }
    await t.step(`overview, ${device}`, async () => {
      await page.goto("/");
      assert.equal(await heading(page), "2 of 7 failing");
      await look(page, `sample-overview-${device}`);
    });
  }

  await t.step(
    "charts have ticks, names below, and a mark for each period with failures",
    async () => {
      const page = await browser.page(app.url);
      await signIn(page, API_TOKEN);
      await page.goto("/?account=failing");
      const chart = (label: RegExp) => page.getByRole("img", { name: label });
      const [events] = await chart(
        /^By hour, since 20:00 UTC yesterday: 1,170 events, .* 60 failed runs/,
      ).all();
      assert.deepEqual(await events.locator(".scale text").allTextContents(), ["0", "100", "200"]);
      assert.equal(
        await events.locator(".grid, .base").count(),
        3 + 5,
        "lines, and a tick at each name",
      );
      const names = await events.locator("svg:not(.scale) text").allTextContents();
      assert.deepEqual(names, ["20:00", "02:00", "08:00", "14:00", "now"]);
      const [lag] = await chart(/^By hour, since 20:00 UTC yesterday: lag at most 5 hours/).all();
      assert.deepEqual(await lag.locator(".scale text").allTextContents(), ["0", "3 h", "6 h"]);
      for (const one of [events, lag]) {
        const marks = await one.locator(".cross").all();
        assert.equal(marks.length, 5);
        for (const mark of marks) assert.ok((await mark.boundingBox())!.width >= 7);
        assert.match((await one.locator("title").last().textContent())!, /12 runs, 12 failed$/);
      }
      assert.equal(await page.getByText("Runs failed.").count(), 2);
      const failures = page.getByRole("img", { name: "The last 14 days: 2 failures." });
      assert.equal(await failures.locator("rect.failed").count(), 2);
      assert.deepEqual(await failures.locator("text").allTextContents(), [
        "7 Nov",
        "14 Nov",
        "now",
      ]);
      for (const link of await page.locator(".outages a, .outcome a").all()) {
        assert.match((await link.getAttribute("href"))!, /^\/docs#code-/);
      }
    },
  );

  await t.step("on a phone nothing is left out", async () => {
    const page = await browser.page(app.url);
    await signIn(page, API_TOKEN);
    for (const path of ["/", "/?account=letters"]) {
      await page.goto(path);
      const words = async () => (await page.innerText("main")).split(/\s+/).join(" ");
      const onDesk = await words();
      await page.setViewportSize(PHONE.viewport);
      assert.equal(await words(), onDesk);
      await page.setViewportSize(DESK);
    }
  });
});
