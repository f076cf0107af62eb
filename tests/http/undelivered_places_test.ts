/** Anything undelivered is a state of its own, amber and with a number, wherever the state shows. */
import assert from "node:assert/strict";
import picocolors from "picocolors";
import { statusPage, statusTable } from "../../scripts/status/status_page.ts";
import { disabledReport } from "../../src/collector/health/report.ts";
import { UNKNOWN_HEALTH } from "../../src/collector/health/health.ts";
import { measure } from "../../src/collector/health/measures.ts";
import type { Kept } from "../../src/collector/health/missing.ts";
import { judge, type State } from "../../src/collector/health/verdict.ts";
import type { Gap } from "../../src/engine/progress.ts";
import { HOUR_MS, iso } from "../../src/engine/time.ts";
import { ACCOUNT, SECRETS } from "../environment.ts";
import { PeopleApp } from "./auth/people_app.ts";
import { NOW_MS, ok, sampleCollector, samplePipeline, status } from "./dashboard/sample_app.ts";

const NOTHING: Kept = { deadLetters: 0, setAside: 0, fullness: 0, backfill: null };
const RUN = { runId: "a-run", trigger: "cron" as const, startedMs: NOW_MS };

/** A page that the source cut: three records of it were not shown. */
const CAPPED: Gap = {
  ...{ day: "2026-11-21", offset: 1000, records: 3, why: "beyond the last offset" },
  ...{ afterMs: NOW_MS - HOUR_MS, beforeMs: NOW_MS - HOUR_MS, foundAtMs: NOW_MS },
};

const STALLED = {
  ...{ from: iso(0), to: iso(1), startedAt: iso(1), completedAt: null, reached: iso(0) },
  ...{ delivered: 0, deadLettered: 0, refused: 0, movedAt: iso(NOW_MS - 2 * HOUR_MS) },
};

interface Case {
  readonly name: string;
  readonly kept?: Partial<Kept>;
  readonly gaps?: readonly Gap[];
  readonly total: number;
  /** True if more than that may be missing. */
  readonly isLeast?: true;
}

const CASES: readonly Case[] = [
  { name: "dead letters", kept: { deadLetters: 2 }, total: 2 },
  { name: "events set aside", kept: { setAside: 4 }, total: 4 },
  { name: "a capped page", gaps: [CAPPED], total: 3 },
  { name: "a stalled backfill", kept: { backfill: STALLED }, total: 1, isLeast: true },
  {
    name: "a gap of unknown size",
    gaps: [{ ...CAPPED, records: null }],
    total: 1,
    isLeast: true,
  },
];

const colours = picocolors.createColors(true);

for (const { name, kept, gaps = [], total, isLeast } of CASES) {
  Deno.test(`${name}: amber, with the number, in every place`, async (t) => {
    const all = { ...NOTHING, ...kept };
    const health = {
      ...UNKNOWN_HEALTH,
      lastRun: disabledReport(RUN),
      completeUntilMs: NOW_MS,
      gaps,
    };
    const judged = (undelivered: number) =>
      judge(health, all, NOW_MS, { enabled: true, lagMs: HOUR_MS, undelivered });
    const verdict = judged(100);
    const told = `${isLeast ? "at least " : ""}${total}`;
    const known = status(ACCOUNT, {
      ...verdict,
      deadLetters: all.deadLetters,
      backfill: all.backfill,
      health,
    });
    const app = (threshold: number) =>
      new PeopleApp(
        undefined,
        [samplePipeline(ACCOUNT)],
        sampleCollector({
          status: ok(known),
          verdict: ok(judged(threshold)),
          measures: ok(measure(health, verdict, all.backfill)),
          deadLetters: ok({ count: 0, letters: [], next: null, groups: [] }),
        }),
      );
    const asked = async (path: string, threshold = 100) => {
      const { status, text } = await app(threshold).ask(path, { token: SECRETS.API_TOKEN });
      return { status, text };
    };

    await t.step("/status", async () => {
      const { state, undelivered } = JSON.parse((await asked("/status")).text);
      assert.deepEqual([state, undelivered.total], ["incomplete", total]);
    });
    await t.step("/healthz?deep=true, whose alarm has a threshold", async () => {
      const calm = await asked("/healthz?deep=true", total + 1);
      const alarmed = await asked("/healthz?deep=true", total);
      assert.deepEqual([calm.status, alarmed.status], [200, 503]);
      for (const { text } of [calm, alarmed]) {
        const { state, undelivered } = JSON.parse(text);
        assert.deepEqual([state, undelivered.total], ["incomplete", total]);
      }
    });
    await t.step("/metrics", async () => {
      const { text } = await asked("/metrics");
      assert.match(text, new RegExp(`^liveperson_collector_undelivered{.*} ${total}$`, "m"));
      assert.match(text, /^liveperson_collector_state{.*state="incomplete"} 1$/m);
      assert.match(text, /^liveperson_collector_state{.*state="healthy"} 0$/m);
    });
    await t.step("the page", async () => {
      const people = app(100);
      const cookie = await people.signIn();
      const { text } = await people.ask("/", { cookie });
      assert.match(text, /class="card headline warn"[^]*<h1 id="state">Incomplete</);
      assert.match(text, new RegExp(`class="warn" href="/undelivered\\?[^"]+">${told}<`));
      for (const because of text.match(/[\w ]*that LivePerson did not show/g) ?? []) {
        assert.equal(because.includes("at least"), isLeast === true, because);
      }
      const listed = (await people.ask(`/undelivered?account=${ACCOUNT}`, { cookie })).text;
      const heading = isLeast ? `At least ${total}` : total;
      assert.match(
        listed,
        new RegExp(`class="card headline warn"[^]*>${heading} undelivered</h1>`),
      );
      assert.equal(listed.includes("Records that LivePerson did not show"), gaps.length > 0);
    });
    await t.step("the page of several, in each order", async () => {
      const pipelines = [samplePipeline(ACCOUNT), samplePipeline("other")];
      const people = new PeopleApp(undefined, pipelines, sampleCollector({ status: ok(known) }));
      const cookie = await people.signIn();
      for (const sort of ["state", "account"]) {
        const { text } = await people.ask(`/?sort=${sort}`, { cookie });
        assert.match(text, new RegExp(`href="/undelivered\\?[^>]+>${told} undelivered<`), sort);
      }
    });
    await t.step("the script, of one account and of several", () => {
      const page = statusPage(known, colours);
      assert.ok(page.includes(colours.yellow("● incomplete")));
      assert.match(page, new RegExp(`Undelivered.*\\u001b\\[33m${told}: `));
      const both = [known, status("other", {})];
      const table = statusTable(both, 200, picocolors.createColors(false));
      const last = statusTable(both, 200, colours).split("\n").at(-1)!;
      assert.equal(last, colours.yellow("1 account of 2 needs attention."));
      assert.match(table, new RegExp(`${ACCOUNT} +incomplete .* ${told}( +0%)?$`, "m"));
    });
  });
}

Deno.test("switched off, what is undelivered is told and alarms all the same", async (t) => {
  const health = { ...UNKNOWN_HEALTH, lastRun: disabledReport(RUN), completeUntilMs: NOW_MS };
  const judged = (deadLetters: number) =>
    judge(health, { ...NOTHING, deadLetters }, NOW_MS, {
      enabled: false,
      lagMs: HOUR_MS,
      undelivered: 100,
    });
  const app = (id: string, deadLetters: number) =>
    new PeopleApp(
      undefined,
      [samplePipeline(id), samplePipeline("other")],
      sampleCollector({
        status: ok(status(id, { ...judged(deadLetters), health, deadLetters })),
        verdict: ok(judged(deadLetters)),
      }),
    );

  await t.step("/healthz?deep=true", async () => {
    for (const [deadLetters, expected] of [[0, 200], [4, 200], [311, 503]]) {
      const path = `/healthz?deep=true&account=${ACCOUNT}`;
      const answer = await app(ACCOUNT, deadLetters).ask(path, { token: SECRETS.API_TOKEN });
      const { state, alarming } = JSON.parse(answer.text);
      assert.deepEqual([answer.status, state, alarming], [expected, "disabled", expected === 503]);
    }
  });
  await t.step("the script", () => {
    const all = [4, 311, 0].map((count) => status(`${count}`, { ...judged(count), health }));
    const last = (statuses: typeof all) => statusTable(statuses, 200, colours).split("\n").at(-1);
    assert.equal(last(all), colours.red("2 accounts of 3 need attention."));
    assert.equal(last(all.slice(0, 1)), colours.yellow("1 account of 1 needs attention."));
    assert.equal(last(all.slice(2)), colours.green("All is well."));
  });
  await t.step("the page of several", async () => {
    const people = app(ACCOUNT, 4);
    const { text } = await people.ask("/", { cookie: await people.signIn() });
    assert.match(text, /<ul class="accounts">[^]*>4 undelivered</);
    const none = app(ACCOUNT, 0);
    const calm = (await none.ask("/", { cookie: await none.signIn() })).text;
    assert.ok(!calm.includes('<ul class="accounts">'));
  });
  await t.step("the question whether to collect now", async () => {
    const people = app(ACCOUNT, 4);
    const cookie = await people.signIn();
    const { text } = await people.ask(`/actions/collect?account=${ACCOUNT}`, { cookie });
    assert.match(text, /<h1[^>]*>Collecting is switched off</);
    assert.doesNotMatch(text, /A run starts at once|<form class="card/);
  });
});

Deno.test("of several, each that is neither working nor switched off needs attention", () => {
  const last = (states: readonly State[]) => {
    const all = states.map((state, i) => status(`${i}`, { state }));
    return statusTable(all, 200, colours).split("\n").at(-1);
  };
  assert.equal(last(["healthy", "disabled"]), colours.green("All is well."));
  assert.equal(
    last(["healthy", "incomplete", "incomplete"]),
    colours.yellow("2 accounts of 3 need attention."),
    "such as those without a field that LivePerson does not know",
  );
  for (const state of ["behind", "waiting", "failing"] as const) {
    assert.match(last(["healthy", state]) ?? "", /1 account of 2 needs attention/, state);
  }
});
