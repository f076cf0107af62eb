/**
 * One collection: opens the cursor, runs the engine, publishes the cursor, and tells how it went, in
 * the log and in what is remembered for `/status`. A failed run is reported, not thrown.
 */
import {
  type CursorKeeper,
  type Limits,
  type Progress,
  startProgress,
} from "../../engine/ports.ts";
import { run } from "../../engine/run.ts";
import { CollectorError, whereThrown } from "../../errors.ts";
import { toProblem } from "../../problems.ts";
import { missingFields } from "../../sources/liveperson/dialect.ts";
import { parsePast } from "../../settings/duration.ts";
import type { Settings } from "../../pipelines/settings.ts";
import { Connections } from "./connections.ts";
import { type CollectorPorts, deadLettersOf, engineLimits, enginePorts } from "./engine_ports.ts";
import { believable, completeUntil } from "../health/complete_until.ts";
import { afterRun } from "../health/health.ts";
import type { Opened } from "../records/cursor_store.ts";
import { Ledger } from "../records/ledger.ts";
import { dueDay, reconcile } from "./reconcile.ts";
import type { RunContext } from "./context.ts";
import {
  type BackfillState,
  disabledReport,
  type Reconciliation,
  type RunReport,
  toReport,
  type Trigger,
} from "../health/report.ts";

export async function collect(context: RunContext, trigger: Trigger): Promise<RunReport> {
  const { settings, platform, undelivered } = context;
  const run = { runId: platform.newId(), trigger, startedMs: platform.now() };
  if (!settings.FETCH_EVENTS) {
    const message = "FETCH_EVENTS is false: nothing is collected.";
    const account = settings.LIVEPERSON_ACCOUNT_ID;
    const { runId } = run;
    platform.log({ level: "info", event: "collection_disabled", runId, account, message });
    return disabledReport(run);
  }
  const connections = await Connections.open(settings, platform, run.runId);
  const health = await context.health.read();
  let opened: Opened | null = null;
  let progress: Progress | null = null;
  let aside = NOTHING_ASIDE;
  let completeUntilMs = believable(health.completeUntilMs, run.startedMs);
  let failure: unknown;
  let caught: unknown;
  try {
    await undelivered.open();
    opened = await context.cursors.open(firstFetchMs(settings, run.startedMs));
    await undelivered.settle(LIVE, opened.cursor.revision);
    tellOfCursor(opened, run.runId, context);
    progress = startProgress(opened.cursor, opened.found !== "new");
    const live = await collectLive(
      progress,
      connections,
      context,
      health.lastRun?.more ?? false,
    );
    completeUntilMs = completeUntil(progress, run.startedMs, completeUntilMs);
    if (!progress.more) aside = await workAside(live, progress, connections, context);
  } catch (error) {
    caught = error;
    // what a run has committed before its requests were used up is no failure: the next run goes on
    if (isSpent(error) && progress !== null && progress.commits > 0) progress.more = true;
    else failure = error;
  }
  try {
    if (progress !== null) await undelivered.settle(LIVE, progress.cursor.revision);
    if (wasAnswered(caught)) await context.cursors.clearInFlight();
    await context.cursors.publish();
  } catch (error) {
    failure ??= error;
  }
  const report = toReport({
    ...run,
    endedMs: platform.now(),
    progress,
    opened,
    resent: context.cursors.resent,
    ...aside,
    used: connections.upstream.used,
    completeUntilMs,
    ...(failure !== undefined && { problem: toProblem(failure) }),
  });
  await context.health.write(afterRun(health, report, {
    completeUntilMs,
    deadLetters: undelivered.takeAdded(),
    gaps: progress?.gaps ?? [],
    missingFields: progress === null
      ? health.missingFields
      : missingFields(progress.cursor.dialect),
  }));
  tellOfRun(report, failure, context);
  return report;
}

/** The name of the live cursor, to which letters belong. */
const LIVE = "live";

/** What the parts of a run have in common. */
interface Tools {
  readonly ports: CollectorPorts;
  readonly limits: Limits;
  readonly ledger: Ledger;
}

/** Collects what is new. `backlog`: there is known to be more than a page. */
async function collectLive(
  progress: Progress,
  connections: Connections,
  context: RunContext,
  backlog: boolean,
): Promise<Tools> {
  const { platform, cursors: store } = context;
  const ports = enginePorts(context, connections, progress.cursor.dialect);
  const limits = engineLimits(context);
  const ledger = await Ledger.open(platform);
  const cursors: CursorKeeper = {
    announce: (events) => store.markInFlight(events),
    async commit(cursor, settled) {
      await ledger.add(settled, String(cursor.revision));
      await store.commit(cursor, settled.length);
    },
  };
  const deadLetters = deadLettersOf(context.undelivered, LIVE, progress);
  await run({ ...ports, cursors, deadLetters }, { ...limits, backlog }, progress);
  return { ports, limits, ledger };
}

/** With what is left of the budget, reconciles a past day, and goes on with a backfill. */
async function workAside(
  { ports, limits, ledger }: Tools,
  progress: Progress,
  connections: Connections,
  context: RunContext,
): Promise<Aside> {
  const { settings, platform } = context;
  if (!connections.mayGoOn()) return NOTHING_ASIDE;
  const day = dueDay(ledger, platform.now(), settings.LATE_ARRIVAL_WINDOW);
  const reconciliation = day === null
    ? null
    : await reconcile(day, progress.cursor, ledger, ports, limits, context);
  if (!connections.mayGoOn()) return { reconciliation, backfill: null };
  return {
    reconciliation,
    backfill: await context.backfill.advance(ports, limits, context.undelivered),
  };
}

/** What a run did beside its live part. */
interface Aside {
  readonly reconciliation: Reconciliation | null;
  readonly backfill: BackfillState | null;
}

const NOTHING_ASIDE: Aside = { reconciliation: null, backfill: null };

function isSpent(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "request_budget_spent";
}

function firstFetchMs(settings: Settings, nowMs: number): number {
  return Math.min(nowMs, parsePast(settings.FIRST_FETCH, nowMs)!);
}

/** Did everything that was sent get an answer? Then nothing of it can come twice. */
function wasAnswered(error: unknown): boolean {
  if (!(error instanceof CollectorError)) return false;
  const { upstream, unanswered = 0 } = error.details;
  return unanswered === 0 && (upstream?.status !== undefined || isSpent(error));
}

function tellOfCursor({ found }: Opened, runId: string, { settings, platform }: RunContext): void {
  const account = settings.LIVEPERSON_ACCOUNT_ID;
  if (found === "republished") {
    const message =
      "The published cursor is missing or is not the journal's, which counts. It is " +
      "published again.";
    platform.log({ level: "warn", event: "cursor_republished", runId, account, message });
  }
  if (found === "adopted") {
    const message =
      "The journal is empty. Collecting goes on from the published cursor, which may " +
      "be some batches old: events since then come again, with the same event_id.";
    platform.log({ level: "warn", event: "cursor_adopted", runId, account, message });
  }
}

function tellOfRun(report: RunReport, failure: unknown, { settings, platform }: RunContext): void {
  const account = settings.LIVEPERSON_ACCOUNT_ID;
  if (report.outcome === "ok") {
    platform.log({ level: "info", event: "run_ended", account, ...report });
    return;
  }
  const thrownAt = report.problem?.code === "internal" ? whereThrown(failure) : undefined;
  platform.log({ level: "error", event: "run_failed", account, ...report, thrownAt });
}
