/** Honest: healthy and empty is told from failing, since when, and when somebody is to be woken. */
import assert from "node:assert/strict";
import { gapsAfter, reconciledRange } from "../../src/collector/health/gaps.ts";
import { UNKNOWN_HEALTH } from "../../src/collector/health/health.ts";
import { judge, type Thresholds } from "../../src/collector/health/verdict.ts";
import { type BackfillState, disabledReport } from "../../src/collector/health/report.ts";
import type { Platform } from "../../src/collector/platform.ts";
import { iso } from "../../src/engine/time.ts";
import type { Gap } from "../../src/engine/progress.ts";
import { mortalHost, newStorage } from "./mortal_host.ts";
import { changeAt, DAY_MS, HOUR_MS, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const THRESHOLDS: Thresholds = { enabled: true, lagMs: HOUR_MS, undelivered: 100 };

const STALLED: BackfillState = {
  ...{ from: iso(0), to: iso(1), startedAt: iso(1), completedAt: null, reached: iso(0) },
  ...{ delivered: 0, deadLettered: 0, refused: 0, movedAt: iso(NOW - HOUR_MS - 1) },
};

/** Some records that the source did not show, an hour before they were noticed. */
function gap(foundAtMs: number, fields: Partial<Gap> = {}): Gap {
  const timeMs = foundAtMs - HOUR_MS;
  const times = { afterMs: timeMs, beforeMs: timeMs, foundAtMs };
  return { day: "2026-03-09", offset: timeMs, records: 1, why: "unreadable", ...times, ...fields };
}

async function opened(sourceClock: () => number = () => NOW) {
  const environment = await openEnvironment({ livePerson: { now: sourceClock } });
  const storage = newStorage();
  const at = (
    nowMs: number,
    settings: Record<string, string> = {},
    signals: Pick<Platform, "stop" | "ending"> = { stop: { aborted: false } },
  ) => collectorIn(environment, { ...mortalHost(storage, () => nowMs), ...signals }, settings);
  return { environment, at, [Symbol.asyncDispose]: () => environment[Symbol.asyncDispose]() };
}

Deno.test("before the first run nothing can be said, which is alarming", async () => {
  await using s = await opened();
  const { state, alarming, lagSeconds } = await s.at(NOW).verdict();
  assert.deepEqual([state, alarming, lagSeconds], ["waiting", true, null]);
});

Deno.test("after a start-over, nothing can be said until a run has ended", async () => {
  let sourceMs = NOW;
  await using s = await opened(() => sourceMs);
  const settings = { MAX_FETCH: "1" };
  s.environment.livePerson.add([5, 4, 3].map((hours) => changeAt(NOW - hours * HOUR_MS)));
  for (const _ of [1, 2, 3, 4]) await s.at(NOW, settings).collect("cron");
  assert.equal((await s.at(NOW, settings).verdict()).state, "healthy");
  sourceMs = NOW + MINUTE_MS;
  await s.at(sourceMs, settings).forgetCursor();
  const { state, alarming, lagSeconds, because } = await s.at(sourceMs, settings).verdict();
  assert.deepEqual([state, alarming, lagSeconds], ["waiting", true, null]);
  assert.match(because, /since the start-over at 2026-03-10T12:01:00.000Z/);
  const measures = await s.at(sourceMs, settings).measures();
  assert.deepEqual([measures.state, measures.alarming, measures.lagSeconds], [state, true, null]);

  await s.at(sourceMs, settings).collect("cron");
  const after = await s.at(sourceMs, settings).verdict();
  assert.equal(
    after.state,
    "behind",
    "and what was known before the start-over counts for nothing",
  );
  assert.ok(after.lagSeconds! >= 5 * 3600, `${after.lagSeconds}`);
});

Deno.test("a run that fails after a start-over is told as such", async () => {
  await using s = await opened();
  await s.at(NOW).collect("cron");
  await s.at(NOW).forgetCursor();
  s.environment.livePerson.forbidden = true;
  await s.at(NOW).collect("cron");
  const { state, lagSeconds } = await s.at(NOW).verdict();
  assert.deepEqual([state, lagSeconds], ["failing", null]);
});

Deno.test("an account without events is healthy", async () => {
  await using s = await opened();
  await s.at(NOW).collect("cron");
  const { state, alarming, lagSeconds, because } = await s.at(NOW + MINUTE_MS).verdict();
  assert.deepEqual([state, alarming, lagSeconds], ["healthy", false, 60]);
  assert.match(because, /has shown no event/);
});

Deno.test("failing is told from the first failed run, alarming from the third, since when and what to do", async () => {
  await using s = await opened();
  await s.at(NOW).collect("cron");
  s.environment.livePerson.forbidden = true;
  const alarms: boolean[] = [];
  for (const minute of [5, 10, 15]) {
    await s.at(NOW + minute * MINUTE_MS).collect("cron");
    alarms.push((await s.at(NOW + minute * MINUTE_MS).verdict()).alarming);
  }
  assert.deepEqual(alarms, [false, false, true]);
  const status = await s.at(NOW + 16 * MINUTE_MS).status();
  assert.equal(status.state, "failing");
  assert.equal(status.health.consecutiveFailures, 3);
  assert.equal(status.health.failingSince, "2026-03-10T12:05:00.000Z");
  assert.equal(status.health.lastSuccessAt, "2026-03-10T12:00:00.000Z");
  assert.equal(status.health.lastRun?.problem?.code, "audit_forbidden");
  assert.match(status.health.lastRun?.problem?.action ?? "", /Audit Trail/);
  assert.equal(status.lagSeconds, 16 * 60);

  s.environment.livePerson.forbidden = false;
  await s.at(NOW + 20 * MINUTE_MS).collect("cron");
  await s.at(NOW + 25 * MINUTE_MS).collect("cron");
  const { state, alarming, health } = await s.at(NOW + 25 * MINUTE_MS).status();
  assert.deepEqual([state, alarming], ["healthy", false]);
  assert.equal(health.workingSince, "2026-03-10T12:20:00.000Z");
});

Deno.test("a run that somebody stops neither succeeds nor fails; what it delivered counts", async () => {
  await using s = await opened();
  const { livePerson, xsiam } = s.environment;
  livePerson.add([3, 2, 1].map((hours) => changeAt(NOW - hours * HOUR_MS)));
  xsiam.faults.always("push", { status: 401 });
  await s.at(NOW).collect("cron");
  const before = await s.at(NOW).status();
  assert.equal(before.state, "failing");

  xsiam.faults.clear();
  await s.at(NOW).startBackfill({ fromMs: NOW - DAY_MS, toMs: NOW });
  const stopping = new AbortController();
  xsiam.faults.when("push", (n) => {
    if (n === 0) return undefined; // that is the live part
    stopping.abort();
    return { hang: true };
  });
  const signals = { stop: stopping.signal, ending: stopping.signal };
  const report = await s.at(NOW, {}, signals).collect("cron");
  assert.deepEqual([report.outcome, report.problem?.code], ["interrupted", "run_interrupted"]);
  assert.equal(report.delivered, 3);

  const { health: after, state, because } = await s.at(NOW).status();
  assert.deepEqual([state, because], ["failing", before.because]);
  const { totals, history, lastDelivery, ...rest } = after;
  const { totals: totalsBefore, history: historyBefore, ...restBefore } = before.health;
  assert.deepEqual({ ...rest, lastDelivery: null }, restBefore);
  assert.equal(lastDelivery?.events, 3);
  assert.deepEqual([totals.delivered, totals.runs, totals.failedRuns], [3, 1, 1]);
  assert.deepEqual(totals.durations, totalsBefore.durations);
  assert.deepEqual(history.days.map(({ events, failedRuns }) => [events, failedRuns]), [[3, 1]]);
  assert.deepEqual([history.runs, history.outages], [historyBefore.runs, historyBefore.outages]);

  xsiam.faults.clear();
  const next = await s.at(NOW).collect("cron");
  assert.deepEqual([next.outcome, next.delivered, next.backfilled], ["ok", 0, 3]);
  assert.equal((await s.at(NOW).status()).state, "healthy");
});

Deno.test("when the cron stops, the lag grows until it is alarming", async () => {
  await using s = await opened();
  await s.at(NOW).collect("cron");
  assert.equal((await s.at(NOW + 59 * MINUTE_MS).verdict()).state, "healthy");
  const { state, alarming } = await s.at(NOW + 61 * MINUTE_MS).verdict();
  assert.deepEqual([state, alarming], ["behind", true]);
  const patient = await s.at(NOW + 61 * MINUTE_MS, { LAG_THRESHOLD: "3 hours" }).verdict();
  assert.equal(patient.alarming, false);
});

Deno.test("a first run that fails half-way tells how far it got", async () => {
  await using s = await opened();
  const { livePerson } = s.environment;
  livePerson.add(Array.from({ length: 1600 }, (_, i) => changeAt(NOW - HOUR_MS + i * 1000)));
  livePerson.faults.when("audit", (n) => n >= 2 ? { status: 404 } : undefined);
  const failed = await s.at(NOW).collect("cron");
  assert.equal(failed.outcome, "failed");
  assert.ok(failed.delivered > 0 && failed.delivered < 1600, `${failed.delivered}`);
  const { lagSeconds } = await s.at(NOW).verdict();
  assert.ok(Math.abs(lagSeconds! - (3600 - failed.delivered)) <= 1, `${lagSeconds}`);
});

Deno.test("what a run has read and could not deliver is a lag, also if it came late", async () => {
  await using s = await opened();
  const { livePerson, xsiam } = s.environment;
  livePerson.add([changeAt(NOW - HOUR_MS)]);
  await s.at(NOW).collect("cron");
  livePerson.add([14, 13, 12].map((minutes) => changeAt(NOW - minutes * MINUTE_MS)));
  xsiam.faults.always("push", { status: 503 });
  assert.equal((await s.at(NOW + 1000).collect("cron")).outcome, "failed");
  const { lagSeconds } = await s.at(NOW + 1000).verdict();
  assert.equal(lagSeconds, 14 * 60 + 1);
  xsiam.faults.clear();
  await s.at(NOW + 2000).collect("cron");
  assert.ok((await s.at(NOW + 2000).verdict()).lagSeconds! <= 1);
});

const IN_THE_FUTURE = NOW + 24 * HOUR_MS + 5 * MINUTE_MS;

/** A run by a clock that is a day ahead, as is the source's. */
async function afterRunInTheFuture() {
  let sourceMs = NOW;
  const s = await opened(() => sourceMs);
  await s.at(NOW).collect("cron");
  sourceMs = IN_THE_FUTURE;
  await s.at(IN_THE_FUTURE).collect("cron");
  sourceMs = NOW + 11 * MINUTE_MS;
  return s;
}

Deno.test("where the host's clock is ahead, the source's counts", async () => {
  await using s = await opened();
  await s.at(IN_THE_FUTURE).collect("cron");
  const { state, lagSeconds } = await s.at(NOW + 6 * MINUTE_MS).verdict();
  assert.deepEqual([state, lagSeconds], ["healthy", 6 * 60 - 1], "it tells whole seconds");
});

Deno.test("a run whose clock was ahead tells nothing of the lag, which is said", async () => {
  await using s = await afterRunInTheFuture();
  const { state, lagSeconds, because, alarming } = await s.at(NOW + 6 * MINUTE_MS).verdict();
  assert.deepEqual([state, lagSeconds, alarming], ["behind", null, true]);
  assert.match(because, /lag is not known: the clock/);
  await s.at(NOW + 10 * MINUTE_MS).collect("cron");
  const later = await s.at(NOW + 11 * MINUTE_MS).verdict();
  assert.deepEqual([later.state, later.lagSeconds], ["healthy", 60]);
});

Deno.test("after a run whose clock was ahead, the lag counts from the next one, though it fails", async () => {
  await using s = await afterRunInTheFuture();
  s.environment.livePerson.forbidden = true;
  const failed = await s.at(NOW + 10 * MINUTE_MS).collect("cron");
  assert.deepEqual([failed.outcome, failed.lagSeconds], ["failed", 0]);
  const { lagSeconds, alarming } = await s.at(NOW + 10 * MINUTE_MS + 20 * HOUR_MS).verdict();
  assert.deepEqual([lagSeconds, alarming], [20 * 3600, true]);
});

Deno.test("a backlog is a lag: its age is that of the last event delivered", async () => {
  await using s = await opened();
  s.environment.livePerson.add([3, 2, 1].map((hours) => changeAt(NOW - hours * HOUR_MS)));
  const report = await s.at(NOW, { MAX_FETCH: "1" }).collect("cron");
  assert.deepEqual([report.more, report.lagSeconds], [true, 3 * 3600]);
  assert.equal((await s.at(NOW).verdict()).state, "behind");
});

Deno.test("an account of which something is known to be missing is not healthy, and says what", async () => {
  await using s = await opened();
  const { livePerson, xsiam } = s.environment;
  livePerson.add([3, 2, 1].map((minutes) => changeAt(NOW - minutes * MINUTE_MS)));
  xsiam.poison = (event) => event.newValue === String(NOW - 2 * MINUTE_MS);
  await s.at(NOW).collect("cron");
  const { state, alarming, because, undelivered } = await s.at(NOW).status();
  assert.deepEqual([state, alarming], ["incomplete", false]);
  assert.deepEqual(undelivered, {
    ...{ deadLetters: 1, setAside: 0, gaps: 0, stalledBackfills: 0 },
    total: 1,
  });
  assert.match(because, /not all is known to be delivered: 1 dead letter\.$/);
  assert.equal((await s.at(NOW + 2 * HOUR_MS).verdict()).state, "behind", "which is worse");
  xsiam.poison = () => false;
  await s.at(NOW).redeliver(10);
  assert.equal((await s.at(NOW).verdict()).state, "healthy");
});

Deno.test("everything that is missing is named, with its number", () => {
  const run = { runId: "a-run", trigger: "cron" as const, startedMs: NOW };
  const health = {
    ...UNKNOWN_HEALTH,
    lastRun: disabledReport(run),
    completeUntilMs: NOW,
    gaps: [gap(NOW - HOUR_MS, { records: 3 }), gap(NOW, { records: null })],
    missingFields: ["actionType"],
  };
  const verdict = judge(
    health,
    { deadLetters: 2, setAside: 1, fullness: 0, backfill: STALLED },
    NOW,
    THRESHOLDS,
  );
  assert.deepEqual(verdict.undelivered, {
    ...{ deadLetters: 2, setAside: 1, gaps: 4, stalledBackfills: 1 },
    total: 8,
  });
  assert.equal(
    verdict.because,
    "The runs succeed, but not all is known to be delivered: 2 dead letters; 1 event set aside; at least 4 " +
      "records that LivePerson did not show; what is left of a stalled backfill; the field actionType.",
  );
});

Deno.test("whatever the state, what is not delivered is named, with its number", () => {
  const run = { runId: "a-run", trigger: "cron" as const, startedMs: NOW };
  const works = { ...UNKNOWN_HEALTH, lastRun: disabledReport(run), completeUntilMs: NOW };
  const kept = { deadLetters: 2, setAside: 1, fullness: 0, backfill: null };
  const cases = {
    waiting: UNKNOWN_HEALTH,
    failing: { ...works, consecutiveFailures: 1, failingSince: iso(NOW) },
    behind: { ...works, completeUntilMs: NOW - 2 * HOUR_MS },
    disabled: works,
  };
  for (const [state, health] of Object.entries(cases)) {
    const thresholds = { ...THRESHOLDS, enabled: state !== "disabled" };
    const verdict = judge(health, kept, NOW, thresholds);
    assert.equal(verdict.state, state);
    assert.match(
      verdict.because,
      /\. Not known to be delivered: 2 dead letters; 1 event set aside\.$/,
    );
    const none = judge(health, { ...kept, deadLetters: 0, setAside: 0 }, NOW, thresholds);
    assert.doesNotMatch(none.because, /Not known to be delivered/);
  }
});

Deno.test("how much that is undelivered alarms is a setting, also while the runs fail or collecting is switched off", () => {
  const run = { runId: "a-run", trigger: "cron" as const, startedMs: NOW };
  const works = { ...UNKNOWN_HEALTH, lastRun: disabledReport(run), completeUntilMs: NOW };
  const fails = { ...works, consecutiveFailures: 1, failingSince: iso(NOW) };
  for (const [health, enabled] of [[works, true], [fails, true], [works, false]] as const) {
    const alarming = (undelivered: number) =>
      judge(health, { deadLetters: 2, setAside: 1, fullness: 0, backfill: null }, NOW, {
        ...THRESHOLDS,
        undelivered,
        enabled,
      }).alarming;
    assert.deepEqual([alarming(4), alarming(3), alarming(1)], [false, true, true]);
  }
});

Deno.test("dead letters that take half of their room alarm, long before there is none left", () => {
  const run = { runId: "a-run", trigger: "cron" as const, startedMs: NOW };
  const works = { ...UNKNOWN_HEALTH, lastRun: disabledReport(run), completeUntilMs: NOW };
  const fails = { ...works, consecutiveFailures: 1, failingSince: iso(NOW) };
  for (const [health, enabled] of [[works, true], [fails, true], [works, false]] as const) {
    const at = (fullness: number) =>
      judge(health, { deadLetters: 1, setAside: 0, fullness, backfill: null }, NOW, {
        ...THRESHOLDS,
        undelivered: 100,
        enabled,
      });
    assert.equal(at(0.49).alarming, false);
    assert.equal(at(0.5).alarming, true);
    assert.match(
      at(0.5).because,
      /Dead letters take 50% of their room; once it is full, runs fail/,
    );
  }
});

Deno.test("a backfill that gets no further is missing, with a number, until it is complete", async () => {
  let sourceMs = NOW;
  await using s = await opened(() => sourceMs);
  const { livePerson, xsiam } = s.environment;
  await s.at(NOW).collect("cron");
  livePerson.add([changeAt(NOW - 10 * DAY_MS)]);
  await s.at(NOW).startBackfill({ fromMs: NOW - 20 * DAY_MS, toMs: NOW - 5 * DAY_MS });
  const later = sourceMs = NOW + 61 * MINUTE_MS;
  xsiam.faults.always("push", { status: 503 });
  assert.equal((await s.at(NOW + 59 * MINUTE_MS).verdict()).undelivered.total, 0);
  assert.equal((await s.at(later).collect("cron")).outcome, "failed");
  const { state, undelivered } = await s.at(later, { UNDELIVERED_THRESHOLD: "1" }).verdict();
  assert.deepEqual([state, undelivered.stalledBackfills, undelivered.total], ["failing", 1, 1]);
  xsiam.faults.clear();
  await s.at(later).collect("cron");
  const after = await s.at(later).verdict();
  assert.deepEqual([after.state, after.undelivered.total], ["healthy", 0]);
});

Deno.test("a gap is known until its time is read again without it", () => {
  const [old, young] = [gap(NOW - 24 * HOUR_MS), gap(NOW)];
  const both = gapsAfter([old], [young], []);
  assert.deepEqual(gapsAfter(both, [young], []), both, "found again, it is one gap still");
  const yesterday = [reconciledRange("2026-03-09", Date.parse("2026-03-10T01:00:00Z"))];
  assert.deepEqual(gapsAfter(both, [], yesterday), [young]);
  const again = { ...old, foundAtMs: NOW + 4 * HOUR_MS };
  assert.deepEqual(gapsAfter(both, [again], yesterday), [young, again]);
});

Deno.test("a gap that is met at several offsets and in the listings of several days is one", () => {
  const cut = gap(NOW, { why: "beyond the last offset", records: 100 });
  const later = { ...cut, day: "2026-03-10", records: null, beforeMs: NOW };
  assert.deepEqual(gapsAfter([], [cut, later], []), [{ ...later, records: 100 }]);
  const none = { ...cut, records: 0 };
  assert.deepEqual(gapsAfter([], [none], []), [], "where nothing is missing, there is no gap");
  assert.deepEqual(gapsAfter([cut], [none], []), [], "and none any more");
  const row = [0, 1].map((at) => gap(NOW, { offset: at }));
  assert.deepEqual(gapsAfter([], [...row, ...row], []), row, "one after another they are two");
  assert.deepEqual(
    gapsAfter([row[1]], [{ ...row[0], records: 2 }], []),
    row,
    "also if told at once",
  );
  const shifted = [1, 2].map((at) => gap(NOW, { offset: at }));
  assert.deepEqual(gapsAfter(row, shifted, []), shifted, "and still are where one was inserted");
  const blind = { ...shifted[1], afterMs: null, beforeMs: null };
  assert.deepEqual(gapsAfter(shifted, [blind], []), shifted, "what is known stays known");
});

Deno.test("switched off is neither healthy nor failing", async () => {
  await using s = await opened();
  const report = await s.at(NOW, { FETCH_EVENTS: "false" }).collect("cron");
  assert.equal(report.outcome, "disabled");
  const { state, alarming } = await s.at(NOW, { FETCH_EVENTS: "false" }).verdict();
  assert.deepEqual([state, alarming], ["disabled", false]);
  assert.equal(s.environment.livePerson.requests.length, 0);
});

Deno.test("late arrivals, twins and retries are counted, in the report and altogether", async () => {
  await using s = await opened();
  const twin = changeAt(NOW - 10 * MINUTE_MS, { newValue: "twin" });
  s.environment.livePerson.add([twin, twin, changeAt(NOW - 8 * MINUTE_MS)]);
  const first = await s.at(NOW).collect("cron");
  assert.deepEqual([first.delivered, first.twins, first.lateArrivals], [3, 1, 0]);
  s.environment.livePerson.add([twin, changeAt(NOW - 9 * MINUTE_MS)]);
  s.environment.livePerson.faults.next("audit", { status: 503 });
  const second = await s.at(NOW + MINUTE_MS).collect("cron");
  assert.deepEqual([second.delivered, second.twins, second.lateArrivals], [2, 1, 2]);
  assert.ok(second.retries >= 1);
  const { totals } = (await s.at(NOW + MINUTE_MS).status()).health;
  assert.deepEqual([totals.delivered, totals.twins, totals.lateArrivals], [5, 2, 2]);
  assert.deepEqual(new Set(s.environment.xsiam.deliveries().values()), new Set([1]));
});
