/** The words of the page: lengths, times, since when, what to do. Pure, with a clock that stands still. */
import assert from "node:assert/strict";
import { createApp } from "../../../src/http/app.ts";
import type { TestedStep } from "../../../src/collector/runs/connection_check.ts";
import type { Status } from "../../../src/collector/collector.ts";
import type { BackfillState, RunReport } from "../../../src/collector/health/report.ts";
import type { Problem } from "../../../src/problems.ts";
import { ACTIONS } from "../../../src/http/dashboard/actions.ts";
import { readSearch } from "../../../src/http/dashboard/event_search.ts";
import type { Notice } from "../../../src/http/dashboard/notice.ts";
import { choose, readOverviewForm } from "../../../src/http/dashboard/overview_search.ts";
import { judge, STATES } from "../../../src/collector/health/verdict.ts";
import { readPageState } from "../../../src/http/dashboard/page_state.ts";
import { PipelinePage } from "../../../src/http/dashboard/pipeline.tsx";
import { percentOf, toldProgress } from "../../../src/http/dashboard/backfill.tsx";
import {
  lastDays,
  lastHours,
  startOfDays,
  startOfHours,
  sumOfEvents,
} from "../../../src/http/dashboard/periods.ts";
import { grouped, pipelineStateOf, worst } from "../../../src/http/dashboard/pipeline_state.ts";
import { ago, count, cut, length, lengthAtMost, moment, took } from "../../../src/format.ts";
import { askEach } from "../../../src/collector/fleet.ts";
import { NO_HISTORY } from "../../../src/collector/health/history.ts";
import type { Gap } from "../../../src/engine/progress.ts";
import { UNKNOWN_HEALTH } from "../../../src/collector/health/health.ts";
import { iso } from "../../../src/engine/time.ts";
import {
  type Answers,
  API_TOKEN,
  failed,
  NOW_MS,
  ok,
  run,
  sampleCollector,
  samplePipeline,
  status,
} from "./sample_app.ts";

const MINUTE_MS = 60_000;

/** The notice of an action, when the collector answers so. */
function perform(action: string, answers: Answers, form = {}): Promise<Notice> {
  const of = () => sampleCollector(answers);
  const pipeline = samplePipeline("a");
  const collectors = { pipelines: [pipeline], of, ask: askEach(of) };
  return ACTIONS.get(action)!.perform(collectors, pipeline, form, NOW_MS);
}

Deno.test("lengths and times in words", () => {
  const lengths: [number, string][] = [
    [0, "less than a minute"],
    [59, "less than a minute"],
    [60, "1 minute"],
    [3599, "59 minutes"],
    [3600, "1 hour"],
    [7500, "2 hours 5 minutes"],
    [86_400, "1 day"],
    [2 * 86_400 + 3600, "2 days 1 hour"],
  ];
  for (const [seconds, words] of lengths) assert.equal(length(seconds), words);
  assert.equal(ago(iso(NOW_MS - 4 * MINUTE_MS), NOW_MS), "4 minutes ago");
  assert.equal(ago(iso(NOW_MS + MINUTE_MS), NOW_MS), "just now");
  assert.equal(moment("2026-11-21T09:05:00Z", NOW_MS), "09:05 UTC");
  assert.equal(moment("2026-11-20T09:05:00Z", NOW_MS), "20 Nov 2026, 09:05 UTC");
  assert.deepEqual([took(240), took(1240), took(120_000)], ["240 ms", "1.2 seconds", "2 minutes"]);
  assert.deepEqual([count(1, "event"), count(1234, "event")], ["1 event", "1,234 events"]);
  assert.equal(cut("😀😀😀😀", 3), "😀😀…");
});

Deno.test("a lag is an upper bound, so it is rounded up wherever it is shown", async () => {
  const lengths: [number, string][] = [
    [59, "less than a minute"],
    [60, "1 minute"],
    [79, "2 minutes"],
    [114, "2 minutes"],
    [120, "2 minutes"],
    [3541, "1 hour"],
    [86_399, "1 day"],
    [86_401, "1 day 1 hour"],
  ];
  for (const [seconds, words] of lengths) assert.equal(lengthAtMost(seconds), words);
  const hour = { start: iso(NOW_MS).slice(0, 13), events: 1, runs: 1, failedRuns: 0 };
  const history = { ...NO_HISTORY, hours: [{ ...hour, lagSeconds: 114 }] };
  const page = await shown({ lagSeconds: 114, health: { history } }) ?? "";
  assert.match(page, /By hour, since [^:]*:00 UTC yesterday: lag at most 2 minutes/);
  assert.match(page, /<dt>Lag<\/dt><dd>2 minutes</);
  const health = { ...UNKNOWN_HEALTH, lastRun: run(), completeUntilMs: NOW_MS - 79_000 };
  const kept = { deadLetters: 0, setAside: 0, fullness: 0, backfill: null };
  const thresholds = { enabled: true, lagMs: MINUTE_MS, undelivered: 1 };
  assert.equal(
    judge(health, kept, NOW_MS, thresholds).because,
    "Events of the last 2 minutes may not be delivered yet.",
  );
});

Deno.test("the charts have a bar for every hour and day, also for those without a run", () => {
  const hours = lastHours(NO_HISTORY, NOW_MS);
  assert.equal(hours.length, 24);
  assert.deepEqual([hours[0].name, hours[23].name], ["20:00", "19:00"]);
  const period = (start: string, events: number) => ({
    ...{ start, events, runs: 1, failedRuns: 0, lagSeconds: null },
  });
  const sparse = {
    ...NO_HISTORY,
    hours: [period("2026-11-20T19", 5), period("2026-11-21T19", 7)],
    days: [period("2026-11-07", 5), period("2026-11-08", 3), period("2026-11-21", 7)],
  };
  assert.equal(sumOfEvents(lastHours(sparse, NOW_MS)), 7, "an hour of yesterday is not today's");
  assert.equal(lastHours(sparse, NOW_MS)[23].events, 7);
  const days = lastDays(sparse, NOW_MS);
  assert.deepEqual([days.length, days[0].events, days[13].events], [14, 3, 7]);
});

Deno.test("the time since which events are counted is the one at which the first bar begins", () => {
  for (const [clock, since] of [["19:42", "20:00"], ["19:00", "20:00"], ["00:10", "01:00"]]) {
    const nowMs = Date.parse(`2026-11-21T${clock}Z`);
    assert.equal(startOfHours(nowMs), `${since} UTC yesterday`);
    assert.equal(lastHours(NO_HISTORY, nowMs)[0].start, `2026-11-20T${since.slice(0, 2)}`);
  }
  assert.equal(startOfHours(Date.parse("2026-11-21T23:30Z")), "00:00 UTC");
  assert.equal(startOfDays(NOW_MS), lastDays(NO_HISTORY, NOW_MS)[0].name);
});

Deno.test("each problem comes with what to do", () => {
  const advice = (fields: Parameters<typeof status>[1]) =>
    pipelineStateOf(samplePipeline("a"), ok(status("a", fields)), NOW_MS).advice.map((
      { title, action },
    ) => `${title}: ${action}`).join("\n");
  assert.equal(advice({}), "");
  const behind = { state: "behind", lagSeconds: 7200 } as const;
  const cases = {
    MAX_FETCH: /more to read.*raise MAX_FETCH/,
    REQUESTS_PER_RUN: /more to read.*raise REQUESTS_PER_RUN/,
    time: /more to read.*answers slowly/,
  };
  for (const [limitedBy, says] of Object.entries(cases)) {
    const recent = run({ more: true, limitedBy: limitedBy as RunReport["limitedBy"] });
    assert.match(advice({ ...behind, health: { lastRun: recent } }), says);
  }
  const lastRun = run({ startedAt: iso(NOW_MS - 120 * MINUTE_MS) });
  assert.match(advice({ ...behind, health: { lastRun } }), /No run has ended for 1 hour.*cron/);
  assert.match(
    advice({
      undelivered: { deadLetters: 1, setAside: 0, gaps: 0, stalledBackfills: 0, total: 1 },
    }),
    /refused 1 event: Read the reasons/,
  );
  const broken = pipelineStateOf(
    samplePipeline("a"),
    failed("configuration_invalid", "X is not set."),
    NOW_MS,
  );
  assert.deepEqual([broken.state, broken.because], ["failing", "X is not set."]);
});

Deno.test("a listing that ends early is blamed for a lag only if the last run met its end", () => {
  const lastRun = run({ startedAt: iso(NOW_MS - 6 * MINUTE_MS), durationMs: 1000 });
  const gap: Gap = {
    ...{ day: "2026-11-21", offset: 10_000, records: 7, afterMs: NOW_MS, beforeMs: null },
    ...{ foundAtMs: Date.parse(lastRun.startedAt) + 500, why: "beyond the last offset" },
  };
  const advice = (gaps: readonly Gap[], last = lastRun) => {
    const fields = { state: "behind", lagSeconds: 361, health: { lastRun: last, gaps } } as const;
    const [first] = pipelineStateOf(samplePipeline("a"), ok(status("a", fields)), NOW_MS).advice;
    return `${first.title}: ${first.action}`;
  };
  const early = /^LivePerson does not show its newest records: Nothing can be done here/;
  assert.match(advice([gap]), early);
  assert.match(advice([{ ...gap, records: null }]), early);
  const others: Gap[][] = [
    [],
    [{ ...gap, why: "unreadable" }],
    [{ ...gap, records: 0 }],
    [{ ...gap, foundAtMs: gap.foundAtMs - 5 * MINUTE_MS }],
  ];
  for (const gaps of others) {
    assert.match(
      advice(gaps),
      /^The last run ended 5 minutes ago: .*every five minutes.*no run comes.*cron trigger/,
    );
  }
  assert.match(advice([], { ...lastRun, lagSeconds: 1800 }), /^The clocks .* differ/);
});

Deno.test("a run's notice says what happened, and is good only if nothing was refused", async () => {
  const told = async (fields: Partial<RunReport>) => {
    const notice = await perform("collect", {
      collect: ok(run({ delivered: 0, ...fields })),
    });
    return [notice.title, notice.ok];
  };
  const reconciliation = { day: "2026-11-20", found: 3, delivered: 3, complete: true };
  const backfill = {
    ...{ from: iso(0), to: iso(NOW_MS), startedAt: iso(NOW_MS), completedAt: null },
    ...{ delivered: 31_840, deadLettered: 0, refused: 0, reached: iso(0), movedAt: iso(0) },
  };
  assert.deepEqual(await told({}), ["Nothing new", true]);
  assert.deepEqual(await told({ backfill }), ["The backfill continued", true]);
  const backfilled = 1650;
  assert.deepEqual(await told({ backfill, backfilled }), [
    "The backfill delivered 1,650 events",
    true,
  ]);
  assert.deepEqual(await told({ backfill: { ...backfill, completedAt: iso(0) }, backfilled }), [
    "The backfill delivered 1,650 events and is complete",
    true,
  ]);
  assert.deepEqual(await told({ backfill, reconciliation }), [
    "Reconciliation found 3 events of 20 Nov 2026",
    true,
  ]);
  const refused = 1;
  assert.deepEqual(await told({ backfill, reconciliation, refused }), [
    "XSIAM did not accept 1 event",
    false,
  ]);
  assert.deepEqual(await told({ delivered: 2, refused }), ["2 events delivered", false]);
  const { lines } = await perform("collect", {
    collect: ok(run({ delivered: 2, refused, backfill })),
  });
  assert.deepEqual(lines.slice(1), [
    "XSIAM did not accept 1 event.",
    "The backfill continued.",
  ]);
});

Deno.test("dead letters that were not tried are to be redelivered again", async () => {
  const redelivered = (delivered: number, refused: number, left: number): Answers => ({
    redeliver: ok({ delivered, refused, left }),
  });
  const all = await perform("redeliver", redelivered(3, 0, 0));
  assert.deepEqual([all.ok, all.lines.length], [true, 1]);
  const refused = await perform("redeliver", redelivered(1, 2, 2));
  assert.deepEqual([refused.ok, refused.lines.length], [false, 1]);
  const untried = await perform("redeliver", redelivered(40, 0, 60));
  assert.equal(untried.ok, false);
  assert.match(untried.lines[1], /^60 events were not tried: .* one run .* Redeliver again/);
  const some = await perform("redeliver", redelivered(30, 3, 60));
  assert.match(some.lines[1], /^57 events were not tried/);
});

Deno.test("of a group, only those of its reason count as not tried", async () => {
  // `left`: those of the group after it; the group is counted before
  const told = async (left: number, delivered: number, refused: number) => {
    const letters = left + delivered;
    const groups = [
      { reason: "other", status: 400, letters: 50, dead: 50 },
      { reason: "bad", status: 400, letters, dead: letters },
    ];
    const { ok: isOk, lines } = await perform("redeliver", {
      redeliver: ok({ delivered, refused, left: 50 + left }),
      deadLetters: ok({ count: 50 + letters, letters: [], next: null, groups }),
    }, { reason: "bad" });
    return [isOk, ...lines.slice(1)].join(" ").slice(0, 30);
  };
  assert.equal(await told(37, 33, 0), "false 37 events were not tried");
  assert.equal(await told(38, 32, 1), "false 37 events were not tried");
  assert.equal(await told(2, 3, 2), "false", "refused again");
  assert.equal(await told(0, 3, 0), "true");
  const unknown = await perform("redeliver", {
    redeliver: ok({ delivered: 33, refused: 0, left: 87 }),
  }, { reason: "bad" });
  assert.deepEqual([unknown.ok, unknown.lines.length], [false, 2]);
  const named = await perform("redeliver", {
    redeliver: ok({ delivered: 1, refused: 0, left: 5 }),
  }, { ids: "a-1,b-1" });
  assert.match(named.lines[1], /^1 event was not tried/);
  assert.equal(named.ok, false);
});

Deno.test("before a redelivery it is said how many events are pushed: one, some, a group or all", () => {
  const told = (form: Record<string, string>) =>
    ACTIONS.get("redeliver")!.explanation("XSIAM", form);
  assert.equal(
    told({ ids: "a-1" }),
    "Pushes this event to XSIAM again. If it is refused again, it is kept.",
  );
  assert.match(told({ ids: "a-1,b-1" }), /^Pushes these 2 events to XSIAM again\./);
  const most = "as many as the requests of one run allow, 100 at most";
  assert.ok(
    told({ reason: "bad" }).startsWith(
      `Pushes events refused for this reason to XSIAM again, ${most}. Redelivering again continues`,
    ),
  );
  assert.ok(told({}).startsWith(`Pushes refused events to XSIAM again, ${most}.`));
});

Deno.test("names keep their capitals when a test of the connection fails", async () => {
  const { problem } = failed("credentials_refused", "") as { problem: Problem };
  const step: TestedStep = { step: "token", outcome: "failed", milliseconds: 1, problem };
  const { title } = await perform("test-connection", {
    testSource: ok([step]),
    testDestination: ok(null),
  });
  assert.match(title, /: LivePerson refused the client/);
});

Deno.test("a backfill that has delivered nothing doesn't say that anything is delivered", () => {
  const backfill = {
    ...{ from: "2026-11-01T00:00:00Z", to: "2026-11-11T00:00:00Z", startedAt: "", movedAt: "" },
    ...{ delivered: 0, deadLettered: 0, refused: 0, completedAt: null },
    reached: "2026-11-01T00:00:00Z",
  };
  const told = (fields: Partial<BackfillState>, kept = 0, hasDiscarded = false) =>
    toldProgress({ backfill: { ...backfill, ...fields }, kept, hasDiscarded });
  assert.equal(told({}), "nothing has been read completely yet");
  const further = { reached: "2026-11-04T00:00:00Z" };
  assert.match(told(further), /^there was nothing to deliver before 4 Nov 2026/);
  assert.match(told({ ...further, delivered: 1 }), /^everything before .* is delivered$/);
  const refused = { ...further, delivered: 1, refused: 2 };
  assert.match(told(refused, 2), /is delivered, except for events that are kept$/);
  assert.match(told(refused), /^everything before .* is delivered$/, "they have been since");
  assert.match(told(refused, 0, true), /is delivered or discarded$/);
});

/** The page of a pipeline whose status is this. */
async function shown(fields: Parameters<typeof status>[1]): Promise<string | undefined> {
  const page = readPageState("http://localhost/");
  const state = pipelineStateOf(samplePipeline("a"), ok(status("a", fields)), NOW_MS);
  const rights = { act: true, readEvents: true };
  const viewer = { id: "a", name: null, formToken: "", rights, actor: {} };
  const props = { state, letters: null, above: [], page, viewer, nowMs: NOW_MS };
  return await Promise.resolve(PipelinePage(props)?.toString());
}

Deno.test("a backfill that no run continues does not say that every run does", async () => {
  const backfill = {
    ...{ from: iso(0), to: iso(NOW_MS), startedAt: iso(0), movedAt: iso(0), completedAt: null },
    ...{ delivered: 0, deadLettered: 0, refused: 0, reached: iso(0) },
  };
  assert.match(await shown({ backfill }) ?? "", /Backfill in progress.*Every run .* continues it/s);
  const disabled = await shown({ backfill, state: "disabled" }) ?? "";
  assert.match(disabled, /Backfill waiting.*No run continues it until FETCH_EVENTS is true/s);
  assert.doesNotMatch(disabled, /Every run/);
  const undelivered = { deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 1, total: 1 };
  assert.match(await shown({ backfill, undelivered }) ?? "", /Backfill stalled/);
  const started = async (state: Status["state"]) =>
    (await perform("backfill", {
      startBackfill: ok(backfill),
      verdict: ok({ ...status("a", {}), state }),
    }, { from: "2026-11-01", to: "2026-11-02" })).lines.at(-1);
  assert.match(await started("healthy") ?? "", /^Each run continues it/);
  assert.match(await started("disabled") ?? "", /^FETCH_EVENTS is false: no run continues it/);
});

Deno.test("of the time before the lag, the page says no more than is known", async () => {
  assert.match(await shown({}) ?? "", /everything older is delivered/);
  const { totals, history } = UNKNOWN_HEALTH;
  const discarded = { ...totals, delivered: 5, discarded: 2 };
  const some = await shown({ health: { totals: discarded, history } }) ?? "";
  assert.match(some, /everything older is delivered or was discarded/);
  const later = await shown({ lagSeconds: null }) ?? "";
  assert.match(later, /not known yet.*up to when everything is delivered is not known/);
  const unknown = await shown({ lagSeconds: null, health: { totals, history } }) ?? "";
  assert.match(unknown, /not known yet.*nothing is known to be delivered/);
  assert.doesNotMatch(unknown, /everything older is delivered/);
  const undelivered = { deadLetters: 2, setAside: 0, gaps: 0, stalledBackfills: 0, total: 2 };
  assert.match(await shown({ undelivered }) ?? "", /not everything older is delivered/);
});

Deno.test("a search is checked by the names that its fields have on the page", () => {
  const read = (start: string, limit: string, end = "") =>
    readSearch({ start, end, limit }, NOW_MS);
  const search = { startMs: NOW_MS - 120 * MINUTE_MS, limit: 1001, push: false, shown: 200 };
  assert.deepEqual(read(" 2 hours ", " 200 "), { search });
  const limit = "Show at most must be a whole number from 1 to 200.";
  for (const wrong of ["0", "201", "", "1e2", "-1", "1.5"]) {
    assert.deepEqual(read("2 hours", wrong), { wrong: { limit } });
  }
  const start = "Since must not be in the future.";
  assert.deepEqual(read("2026-11-22", "0"), { wrong: { start, limit } });
  const endMs = NOW_MS - 60 * MINUTE_MS;
  assert.deepEqual(read("2 hours", "200", "1 hour"), { search: { ...search, endMs } });
  const end = "Until must be after Since.";
  for (const early of ["2 hours", "3 hours"]) {
    assert.deepEqual(read("2 hours", "200", early), { wrong: { end } });
  }
});

Deno.test("those that need somebody come first, and switched off is no trouble", () => {
  const failingSince = iso(NOW_MS);
  const accounts = (["healthy", "disabled", "behind", "failing", "waiting"] as const)
    .map((state) =>
      pipelineStateOf(
        samplePipeline(state),
        ok(status(state, { state, health: { failingSince } })),
        NOW_MS,
      )
    );
  accounts.push(
    pipelineStateOf(
      samplePipeline("letters"),
      ok(status("letters", { state: "incomplete" })),
      NOW_MS,
    ),
  );
  assert.deepEqual(
    grouped(accounts).map(({ members }) => members.map(({ pipeline }) => pipeline.account).join()),
    ["failing", "behind", "waiting", "letters", "disabled", "healthy"],
  );
  assert.equal(worst(accounts), "failing");
  assert.equal(worst(accounts.slice(0, 2)), "healthy");
  assert.equal(worst(accounts.slice(1, 2)), "disabled");
  const off = (id: string, total: number) =>
    pipelineStateOf(
      samplePipeline(id),
      ok(status(id, { state: "disabled", undelivered: undelivered({ deadLetters: total }) })),
      NOW_MS,
    );
  const offs = [accounts[0], off("empty", 0), off("waits", 1)];
  assert.deepEqual(
    grouped(offs)[0].members.map(({ pipeline }) => pipeline.account),
    ["waits", "empty"],
  );
  assert.equal(worst(offs), "disabled", "while events of it wait to be delivered");
});

function undelivered(counts: Partial<Status["undelivered"]>): Status["undelivered"] {
  const parts = { deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 0, ...counts };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part) };
}

Deno.test("switched off, nothing on the page says that collecting continues, or can be started", async () => {
  const backfill = {
    ...{ from: iso(0), to: iso(NOW_MS), startedAt: iso(0), movedAt: iso(0), completedAt: null },
    ...{ delivered: 0, deadLettered: 0, refused: 0, reached: iso(0) },
  };
  const waits = {
    undelivered: undelivered({ deadLetters: 4, setAside: 3, gaps: 2, stalledBackfills: 1 }),
    backfill,
  };
  const continues =
    /collecting continues|each run in the first hour|A run continues|Collect now|why runs fail/gi;
  const on = await shown({ state: "incomplete", ...waits }) ?? "";
  assert.equal(new Set(on.match(continues)).size, 6, `${on.match(continues)}`);
  const off = await shown({ state: "disabled", ...waits }) ?? "";
  assert.doesNotMatch(off, continues);
  assert.match(off, /XSIAM refused 4 events.*They are kept\./s);
  assert.match(off, /Runs try them again once collecting is switched on\./);
});

Deno.test("a run that is started while collecting is switched off says that it did nothing", async () => {
  const { title, lines } = await perform("collect", {
    collect: ok(run({ outcome: "disabled" })),
  });
  assert.equal(title, "Nothing was collected");
  assert.match(lines.join(), /FETCH_EVENTS is false/);
});

Deno.test("a backfill is at 100 percent only when it is complete", () => {
  const range = {
    ...{ from: "2026-11-01T00:00:00Z", to: "2026-11-11T00:00:00Z", startedAt: "", delivered: 0 },
    ...{ deadLettered: 0, refused: 0, completedAt: null, movedAt: "" },
  };
  assert.equal(percentOf({ ...range, reached: range.from }), 0);
  assert.equal(percentOf({ ...range, reached: "2026-11-04T00:00:00Z" }), 30);
  assert.equal(percentOf({ ...range, reached: range.to }), 99);
  assert.equal(percentOf({ ...range, reached: range.to, completedAt: range.to }), 100);
});

Deno.test("the cookie is Secure and bound to the host, but for plain HTTP on loopback", async () => {
  const app = createApp({ now: () => NOW_MS, connect: () => ({}) as never, log: () => {} });
  /** `at`: where the app is reached, which is behind a proxy that speaks https if it is not the origin. */
  const signIn = async (origin: string, at = origin) => {
    const response = await app.request(`${at}/sign-in`, {
      method: "POST",
      headers: { Origin: origin },
      body: new URLSearchParams({ api_token: API_TOKEN }),
    }, { API_TOKEN });
    const cookie = response.headers.get("Set-Cookie") ?? "";
    return { status: response.status, cookie, text: await response.text() };
  };
  for (const at of ["https://collector.example", "http://collector.example"]) {
    assert.match(
      (await signIn("https://collector.example", at)).cookie,
      /^__Host-session=.*; Path=\/; HttpOnly; Secure; SameSite=/,
    );
  }
  for (const origin of ["http://127.0.0.1:8787", "http://localhost"]) {
    const { cookie } = await signIn(origin);
    assert.match(cookie, /^session=.*; HttpOnly; SameSite=Strict$/);
  }
  const refused = await signIn("http://collector.lan:8000");
  assert.deepEqual([refused.status, refused.cookie], [401, ""]);
  assert.match(
    refused.text,
    /Signing in requires https: browsers keep no session over plain http\./,
  );
});

Deno.test("starting over needs the account's id, whatever the browser let through", async () => {
  const forgotten: string[] = [];
  const of = () => ({
    ...sampleCollector({}),
    forgetCursor: () => Promise.resolve(ok(void forgotten.push("cursor"))),
  });
  const pipeline = samplePipeline("a");
  const collectors = { pipelines: [pipeline], of, ask: askEach(of) };
  const startOver = (form: Record<string, unknown>) =>
    ACTIONS.get("start-over")!.perform(collectors, pipeline, form, NOW_MS);
  for (const confirm of [undefined, "", "b", "A"]) {
    assert.equal((await startOver({ confirm })).title, "Nothing was done");
  }
  assert.deepEqual(forgotten, []);
  assert.equal((await startOver({ confirm: " a " })).ok, true);
  assert.deepEqual(forgotten, ["cursor"]);
});

Deno.test("the overview is searched by account, name and destination, sorted, and shown page by page", () => {
  const [DAY, HOUR] = [86_400, 3600];
  const member = (account: string, lagSeconds: number | null, accountName?: string) => {
    const pipeline = { ...samplePipeline(account), ...(accountName && { accountName }) };
    return pipelineStateOf(pipeline, ok(status(account, { lagSeconds })), NOW_MS);
  };
  const states = [
    member("9", HOUR, "Acme"),
    member("10", DAY),
    pipelineStateOf(samplePipeline("8/hec"), failed("internal", "No idea."), NOW_MS),
  ];
  const ids = (query: Record<string, string>) =>
    choose(states, readOverviewForm(query, STATES), NOW_MS).shown
      .map(({ pipeline }) => pipeline.account);
  assert.deepEqual(ids({}), ["8", "9", "10"], "the most urgent first");
  assert.deepEqual(ids({ sort: "account" }), ["8", "10", "9"], "by name, or by number");
  assert.deepEqual(ids({ sort: "lag" }), ["8", "10", "9"], "what is not known comes first");
  for (const sort of ["nonsense", "toString", "constructor", "__proto__"]) {
    assert.deepEqual(ids({ sort }), ["8", "9", "10"], sort);
  }
  assert.deepEqual(ids({ q: "ACME" }), ["9"]);
  assert.deepEqual(ids({ q: "splunk" }), ["8"]);
  assert.deepEqual(ids({ state: "failing" }), ["8"]);
  assert.deepEqual(ids({ state: "healthy", q: "1" }), ["10"]);
  const many = Array.from({ length: 120 }, (_, i) => member(`a${i}`, i));
  const page = (number: string) => {
    const { shown, page, pages } = choose(many, readOverviewForm({ page: number }, STATES), NOW_MS);
    return [shown.length, page, pages];
  };
  assert.deepEqual(page("1"), [50, 1, 3]);
  assert.deepEqual(page("3"), [20, 3, 3]);
  for (const beyond of ["4", "99999"]) assert.deepEqual(page(beyond), [20, 3, 3]);
  for (const none of ["0", "-1", "x"]) assert.deepEqual(page(none), [50, 1, 3]);
});
