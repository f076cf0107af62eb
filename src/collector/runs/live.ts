/**
 * One collection: opens the cursor, runs the engine, publishes the cursor, and reports the outcome, in the
 * log and for `/status`. A failed run is reported, not thrown.
 */
import type { CursorStore, Limits } from "../../engine/ports.ts";
import { type Gap, type Progress, startProgress } from "../../engine/progress.ts";
import { run } from "../../engine/run.ts";
import { CollectorError } from "../../errors.ts";
import { toProblem } from "../../problems.ts";
import { missingFields } from "../../sources/liveperson/dialect.ts";
import { parsePast } from "../../settings/duration.ts";
import type { Settings } from "../../pipelines/settings.ts";
import { Connections } from "./connections.ts";
import { type CollectorPorts, engineLimits, enginePorts } from "./engine_ports.ts";
import { believable, completeUntil, reachedEnd } from "../health/complete_until.ts";
import type { ReadAgain } from "../health/gaps.ts";
import { afterRun, type Health } from "../health/health.ts";
import type { Opened } from "../records/cursor_store.ts";
import { Ledger } from "../records/ledger.ts";
import type { PastPart } from "./past_range.ts";
import { dueLook, reconcile } from "./reconcile.ts";
import { deliverOperatorActions } from "./operator_actions.ts";
import type { RunContext } from "./context.ts";
import { tellOfCursor, tellOfRun, tellThatDisabled } from "./run_log.ts";
import {
  addBeside,
  type BackfillState,
  type Beside,
  disabledReport,
  NOTHING_BESIDE,
  type Reconciliation,
  type RunIdentity,
  type RunLimit,
  type RunReport,
  toReport,
  type Trigger,
} from "../health/report.ts";

/** The name of the live cursor, to which refused events belong. */
const LIVE = "live";

export async function collect(context: RunContext, trigger: Trigger): Promise<RunReport> {
  const { settings, platform } = context;
  const identity = { runId: platform.newId(), trigger, startedMs: platform.now() };
  if (!settings.FETCH_EVENTS) {
    tellThatDisabled(identity.runId, context);
    return disabledReport(identity);
  }
  const connections = await Connections.open(settings, platform, identity.runId);
  const health = await context.health.read();
  const live = new LiveRun(context, connections, identity, health);
  await live.collect();
  await live.settle();
  await live.deliverOperatorActions();
  const report = live.report();
  await context.health.write(afterRun(health, report, live.forHealth()));
  tellOfRun(report, live.failure, context);
  return report;
}

/** What a run did besides its live part. */
interface Aside {
  readonly reconciliation: Reconciliation | null;
  readonly backfill: BackfillState | null;
  readonly backfilled: number;
  readonly asideGoesOn: boolean;
  readonly gaps: readonly Gap[];
  readonly beside: Beside;
  /** The day that was reconciled completely. */
  readonly readAgain: readonly ReadAgain[];
}

const NOTHING_ASIDE: Aside = {
  reconciliation: null,
  backfill: null,
  backfilled: 0,
  asideGoesOn: false,
  gaps: [],
  beside: NOTHING_BESIDE,
  readAgain: [],
};

/** What the parts of a run have in common. */
interface Tools {
  readonly ports: CollectorPorts;
  readonly limits: Limits;
  readonly ledger: Ledger;
}

/** A run in progress: what it has achieved so far is kept here, so that a failed one can be reported too. */
class LiveRun {
  failure: unknown;
  #opened: Opened | null = null;
  #progress: Progress | null = null;
  #completeUntilMs: number | null;
  #isAtEnd = false;
  #aside = NOTHING_ASIDE;

  constructor(
    private readonly context: RunContext,
    private readonly connections: Connections,
    private readonly identity: RunIdentity,
    private readonly health: Health,
  ) {
    this.#completeUntilMs = believable(health.completeUntilMs, identity.startedMs);
  }

  async collect(): Promise<void> {
    const { startedMs } = this.identity;
    try {
      const progress = await this.#open();
      const tools = await this.#collectLive(progress);
      this.#completeUntilMs = completeUntil(progress, startedMs, this.#completeUntilMs);
      this.#isAtEnd = reachedEnd(progress);
      if (!progress.more) await this.#workAside(tools, progress);
    } catch (error) {
      this.failure = error;
      const progress = this.#progress;
      if (!progress?.cursor.place) return; // nothing has been read yet
      const sofar = { ...progress, more: true };
      this.#completeUntilMs = completeUntil(sofar, startedMs, this.#completeUntilMs);
    }
  }

  /** Makes durable and public what the run has achieved, however it ended. */
  async settle(): Promise<void> {
    const { undelivered, cursors } = this.context;
    const progress = this.#progress;
    try {
      if (progress !== null) {
        await undelivered.settle(LIVE, progress.cursor.revision);
        if (progress.inDoubt === 0) await cursors.clearInFlight();
      }
      await cursors.publish();
    } catch (error) {
      this.failure ??= error;
    }
  }

  /** Comes last, and only after a run that succeeded, so that it never holds up the account's own events. */
  async deliverOperatorActions(): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      await deliverOperatorActions(this.context, this.connections, this.identity.runId);
    } catch (error) {
      this.failure = error;
    }
  }

  report(): RunReport {
    const { untried = 0, delivered = 0, redelivered = 0, deadLettered = 0 } = this.#progress ?? {};
    const isFurther = delivered + redelivered + deadLettered > 0;
    return toReport({
      ...this.identity,
      endedMs: this.context.platform.now(),
      progress: this.#progress,
      opened: this.#opened,
      resent: this.context.cursors.resent,
      ...this.#aside,
      asideGoesOn: this.#aside.asideGoesOn || (untried > 0 && isFurther),
      limitedBy: this.#limitedBy(),
      used: this.connections.upstream.used,
      completeUntilMs: this.#completeUntilMs,
      ...(this.failure !== undefined && { problem: toProblem(this.failure) }),
    });
  }

  /** What is remembered about the run besides its report. */
  forHealth() {
    const progress = this.#progress;
    return {
      completeUntilMs: this.#completeUntilMs,
      deadLetters: this.context.undelivered.takeAdded(),
      gaps: [...progress?.gaps ?? [], ...this.#aside.gaps],
      readAgain: this.#aside.readAgain,
      isAtEnd: this.#isAtEnd,
      missingFields: progress === null
        ? this.health.missingFields
        : missingFields(progress.cursor.source),
    };
  }

  /** Why the live part left something, if it did and nothing failed. */
  #limitedBy(): RunLimit | null {
    const progress = this.#progress;
    if (progress === null || !progress.more) return null;
    const taken = progress.delivered + progress.refused;
    const isFull = taken >= this.context.settings.MAX_FETCH;
    return isFull ? "MAX_FETCH" : this.connections.limitReached;
  }

  async #open(): Promise<Progress> {
    const { cursors, undelivered, settings } = this.context;
    await undelivered.open();
    const opened = await cursors.open(firstFetchMs(settings, this.identity.startedMs));
    this.#opened = opened;
    await undelivered.settle(LIVE, opened.cursor.revision);
    tellOfCursor(opened, this.identity.runId, this.context);
    return this.#progress = startProgress(opened.cursor, opened.found !== "new");
  }

  async #collectLive(progress: Progress): Promise<Tools> {
    const { platform, undelivered } = this.context;
    const ports = enginePorts(this.context, this.connections, progress.cursor.source);
    const limits = engineLimits(this.context);
    const ledger = await Ledger.open(platform);
    const cursors = withLedger(this.context, ledger);
    const backlog = this.health.lastRun?.more ?? false;
    await run(
      { ...ports, cursors, undelivered: undelivered.of(LIVE) },
      { ...limits, backlog },
      progress,
    ).catch((error) => {
      throwUnlessFurther(error, progress.commits > 0);
      progress.more = true;
    });
    return { ports, limits, ledger };
  }

  /** With what is left of the budget, reconciles a past day and continues a backfill. */
  async #workAside(
    { ports, limits, ledger }: Tools,
    { cursor, readAtMs }: Progress,
  ): Promise<void> {
    const { settings, platform, backfill, undelivered } = this.context;
    if (!this.connections.hasBudget()) return;
    const nowMs = Math.min(platform.now(), readAtMs ?? Infinity);
    const due = dueLook(ledger, nowMs, settings.LATE_ARRIVAL_WINDOW);
    if (due !== null) {
      const { reconciliation, readAgain, ...part } = await reconcile(
        due,
        cursor,
        ledger,
        ports,
        limits,
        this.context,
      );
      this.#noteBeside(part, !reconciliation.complete);
      this.#aside = { ...this.#aside, reconciliation, readAgain };
      throwUnlessFurther(part.failure, part.moved);
      if (!this.connections.hasBudget()) return;
    }
    const advanced = await backfill.advance(ports, limits, undelivered);
    if (advanced === null) return;
    const { state, ...part } = advanced;
    this.#noteBeside(part, state.completedAt === null);
    this.#aside = { ...this.#aside, backfill: state, backfilled: part.delivered };
    throwUnlessFurther(part.failure, part.moved);
  }

  /** `isLeft`: is there more of it to do? */
  #noteBeside({ gaps, moved, ...part }: PastPart, isLeft: boolean): void {
    const { beside, asideGoesOn } = this.#aside;
    this.#aside = {
      ...this.#aside,
      gaps: [...this.#aside.gaps, ...gaps],
      beside: addBeside(beside, part),
      asideGoesOn: asideGoesOn || (moved && isLeft),
    };
  }
}

/** The cursor's store as the engine sees it: each commit is first recorded in the ledger. */
function withLedger({ cursors, undelivered }: RunContext, ledger: Ledger): CursorStore {
  return {
    markInFlight: (events) => cursors.markInFlight(events),
    async commit(cursor, settled) {
      await ledger.add(settled, String(cursor.revision));
      await cursors.commit(cursor, settled.length);
      await undelivered.settle(LIVE, cursor.revision);
    },
  };
}

/**
 * Throws a failure, if there is one. Running out of requests is not a failure if something was made
 * durable: the next run continues.
 */
function throwUnlessFurther(failure: unknown, isFurther: boolean): void {
  const isSpent = failure instanceof CollectorError && failure.code === "request_budget_spent";
  if (failure !== undefined && !(isSpent && isFurther)) throw failure;
}

function firstFetchMs(settings: Settings, nowMs: number): number {
  return Math.min(nowMs, parsePast(settings.FIRST_FETCH, nowMs)!);
}
