/**
 * The collector of one pipeline: everything that the routes, the cron and the scripts can ask it to do. One
 * run at a time.
 */
import { kindOf } from "../destinations/catalog.ts";
import { utcDay } from "../engine/time.ts";
import { CollectorError } from "../errors.ts";
import { ownerOf } from "../pipelines/pipeline.ts";
import type { OperatorAction } from "../operators/action.ts";
import type { PipelineSettings } from "../pipelines/pipelines.ts";
import type { Session } from "../sources/liveperson/session.ts";
import { FORGETFUL, readOnly } from "../storage/vault.ts";
import { collect } from "./runs/live.ts";
import type { RunContext } from "./runs/context.ts";
import { Backfill, type BackfillRange } from "./runs/backfill.ts";
import { Connections, DESTINATION_KEY, SESSION_KEY } from "./runs/connections.ts";
import { fullness } from "./records/letter_quota.ts";
import type { LetterCounts } from "./records/letter_counts.ts";
import type { ExportedPage, ImportedPage } from "./records/moved_state.ts";
import { letterSecrets } from "./records/letter_secrets.ts";
import { UndeliveredBox } from "./records/undelivered_box.ts";
import { engineLimits, enginePorts } from "./runs/engine_ports.ts";
import { type FoundEvents, getEvents, type GetEventsArguments } from "./runs/read_events.ts";
import { afterRequest, afterStartOver, type Health, type Request } from "./health/health.ts";
import { judge, type Verdict } from "./health/verdict.ts";
import { HealthRecord } from "./health/health_record.ts";
import { logOf } from "./log.ts";
import type { Platform } from "./platform.ts";
import { addToQueue } from "./records/operator_queue.ts";
import { CursorStore } from "./records/cursor_store.ts";
import { measure, type Measures } from "./health/measures.ts";
import { type LetterQuery, type ListedLetters, listLetters } from "./runs/list_letters.ts";
import { exportState, importState } from "./runs/move_state.ts";
import { discard, type Discarding } from "./runs/discard.ts";
import type { LetterChoice } from "./records/letter_choice.ts";
import { redeliver, type Redelivery } from "./runs/redeliver.ts";
import type { BackfillState, RunReport, Trigger } from "./health/report.ts";
import {
  type SourceWay,
  testDestination,
  type TestedStep,
  testSource,
} from "./runs/connection_check.ts";
import { untried } from "./runs/untried.ts";

export interface Status extends Verdict {
  readonly account: string;
  /** What people call the account; null if it has no name. */
  readonly accountName: string | null;
  /** What distinguishes the destination from others of its kind, such as its host; null if there is none. */
  readonly destination: string | null;
  /** The id of the destination's kind. */
  readonly kind: string | null;
  readonly health: Omit<Health, "completeUntilMs">;
  readonly deadLetters: number;
  /** The last backfill, if there was one. */
  readonly backfill: BackfillState | null;
  /** The stored cursor, as it is; null before the first run. */
  readonly cursor: unknown;
}

/** Further requests for events of the account at the same time are refused. */
const MAX_READERS_WAITING = 3;

export class Collector {
  readonly #context: RunContext;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<RunReport> | undefined;
  /** How many read events, or wait for their turn. */
  #readers = 0;
  #reading: Promise<unknown> = Promise.resolve();

  readonly #platform: Platform;

  constructor(private readonly settings: PipelineSettings, given: Platform) {
    const platform = { ...given, log: logOf(settings.pipeline, given.log) };
    this.#platform = platform;
    this.#context = {
      settings,
      platform,
      cursors: new CursorStore(platform, ownerOf(settings.pipeline)),
      undelivered: new UndeliveredBox(platform, settings.MAX_DEAD_LETTERS, letterSecrets(settings)),
      backfill: new Backfill(platform),
      health: new HealthRecord(platform),
    };
  }

  /**
   * Collects now. A call during a run waits for that run, and gets its report. A failed run is reported,
   * not thrown.
   */
  collect(trigger: Trigger): Promise<RunReport> {
    this.#running ??= this.#inTurn(() => collect(this.#context, trigger))
      .finally(() => this.#running = undefined);
    return this.#running;
  }

  /**
   * One at a time: each holds pages and events in memory.
   * @throws {CollectorError} `get_events_running` if several wait already
   */
  async getEvents(args: GetEventsArguments): Promise<FoundEvents> {
    if (this.#readers > MAX_READERS_WAITING) {
      throw new CollectorError("get_events_running", {
        detail: `${this.#readers} requests for events are not answered yet.`,
      });
    }
    this.#readers++;
    const reading = this.#reading.then(() => getEvents(this.settings, this.#platform, args));
    this.#reading = reading.catch(() => {});
    return await reading.finally(() => this.#readers--);
  }

  /** The Test button, LivePerson's part: the hosts, the token and the wire format that the runs remember, and new ones. */
  async testSource(): Promise<readonly TestedStep[]> {
    const connections = await this.#connect();
    const vault = connections.sessionVault();
    const isRemembered = await vault.read() !== null;
    const { source = null } = (await this.#context.cursors.shown() ?? {}) as { source?: unknown };
    const way = (session: Session, memory: unknown): SourceWay => {
      const audit = connections.audit(session, memory);
      const range = { day: utcDay(this.#platform.now()), offset: 0, first: 1 };
      return { session, readAudit: () => audit.read(range) };
    };
    return await testSource({
      now: this.#platform.now,
      remembered: way(connections.session(readOnly(vault)), source),
      fresh: isRemembered ? way(connections.session(FORGETFUL), source) : null,
      forget: () => this.#forget(SESSION_KEY),
    });
  }

  /** The destination's part; null when there is none. */
  async testDestination(): Promise<TestedStep | null> {
    const connections = await this.#connect();
    const { destination } = this.settings.pipeline;
    const kind = kindOf(destination?.kind);
    if (kind === undefined || destination === null) return null;
    const { connectionCheck } = kind;
    const remembered = connections.destinationCheck(false);
    if (connectionCheck.check === null || remembered === null) {
      const { because = "" } = connectionCheck as { because?: string };
      return untried(kind, because, await this.#context.health.read());
    }
    const isRemembered = await this.#platform.local.get(DESTINATION_KEY) !== null;
    return await testDestination(destination.kind, {
      now: this.#platform.now,
      remembered,
      fresh: isRemembered ? connections.destinationCheck(true) : null,
      forget: () => this.#forget(DESTINATION_KEY),
    });
  }

  async status(): Promise<Status> {
    const { cursors, undelivered, health: record } = this.#context;
    const [whole, counts, backfill] = await Promise.all([
      record.read(),
      undelivered.counts(),
      this.#context.backfill.state(),
    ]);
    const { completeUntilMs: _, ...health } = whole;
    const { accountName = null, destination } = this.settings.pipeline;
    return {
      ...this.#judge(whole, counts, backfill),
      account: this.settings.LIVEPERSON_ACCOUNT_ID,
      accountName,
      destination: destination?.identity ?? null,
      kind: destination?.kind ?? null,
      health,
      deadLetters: counts.deadLetters,
      backfill,
      cursor: await cursors.shown(),
    };
  }

  async verdict(): Promise<Verdict> {
    const { undelivered, backfill, health: record } = this.#context;
    return this.#judge(await record.read(), await undelivered.counts(), await backfill.state());
  }

  /** What `/metrics` shows, read only from the collector's own storage. */
  async measures(): Promise<Measures> {
    const { undelivered, backfill, health: record } = this.#context;
    const health = await record.read();
    const state = await backfill.state();
    return measure(health, this.#judge(health, await undelivered.counts(), state), state);
  }

  /** See `listLetters`. */
  deadLetters(limit: number, query: LetterQuery = {}): Promise<ListedLetters> {
    return listLetters(this.#context, limit, query);
  }

  /**
   * Pushes up to `limit` of the chosen refused events again, of all if none are chosen. Those that are
   * accepted are removed; the rest stays.
   * @throws {CollectorError} why not even one could be tried
   */
  redeliver(limit: number, choice: LetterChoice = {}): Promise<Redelivery> {
    return this.#inTurn(async () => {
      const { redelivery, repeats, failure } = await redeliver(this.#context, limit, choice);
      if (redelivery !== null || repeats > 0) {
        await this.#note({ redelivered: redelivery?.delivered, repeats });
      }
      if (redelivery === null) throw failure;
      return redelivery;
    });
  }

  /** Discards the chosen refused events for good; all, if none are chosen. */
  discardLetters(choice: LetterChoice): Promise<Discarding> {
    return this.#inTurn(async () => {
      const discarding = await discard(this.#context, choice);
      await this.#note({ discarded: discarding.discarded });
      return discarding;
    });
  }

  /** Starts a backfill of a past range; runs continue it beside live collection. */
  startBackfill(range: BackfillRange): Promise<BackfillState> {
    return this.#inTurn(() => this.#context.backfill.start(range));
  }

  /** Continues only the backfill, with one run's budget; null when there is nothing to do. */
  advanceBackfill(): Promise<BackfillState | null> {
    return this.#inTurn(async () => {
      const connections = await this.#connect();
      const ports = enginePorts(this.#context, connections, null);
      const { backfill, undelivered } = this.#context;
      await undelivered.open();
      const limits = engineLimits(this.#context);
      const advanced = await backfill.advance(ports, limits, undelivered);
      if (advanced === null) return null;
      const { state, delivered: backfilled, redelivered, gaps, failure } = advanced;
      const { unanswered: repeats } = advanced;
      const deadLetters = undelivered.takeAdded();
      await this.#note({ backfill: state, backfilled, redelivered, repeats, gaps, deadLetters });
      if (failure !== undefined) throw failure;
      return state;
    });
  }

  /** The one that was cancelled; null if none was running. */
  cancelBackfill(): Promise<BackfillState | null> {
    return this.#inTurn(() => this.#context.backfill.cancel());
  }

  /** Starts over on purpose: the next run begins at `FIRST_FETCH`. */
  forgetCursor(): Promise<void> {
    return this.#inTurn(async () => {
      const { cursors, health } = this.#context;
      // before the cursor is gone: nobody may take the old health for that of the new beginning
      await health.write(afterStartOver(await health.read(), this.#platform.now()));
      await cursors.forget();
      this.#platform.log({ level: "warn", event: "cursor_deleted" });
    });
  }

  /** Keeps what somebody did, to be delivered by the next run that can. */
  async queueOperatorAction(action: OperatorAction): Promise<void> {
    const { local, log } = this.#platform;
    const dropped = await addToQueue(local, action);
    if (dropped > 0) log({ level: "error", event: "operator_actions_dropped", dropped });
  }

  /** What is stored, page by page; see `exportState`. */
  exportState(after: string | null): Promise<ExportedPage> {
    return this.#inTurn(() => exportState(this.#context, after));
  }

  /** Takes over a page of what was exported elsewhere, or only checks that it could; see `importState`. */
  importState(page: ImportedPage, isTrial?: boolean): Promise<void> {
    return this.#inTurn(() => importState(this.#context, page, isTrial));
  }

  /** Drops what runs remember: the next one finds it again. */
  #forget(key: string): Promise<void> {
    return this.#inTurn(() => this.#platform.local.delete(key));
  }

  /** Records in the health what was done at somebody's request. */
  async #note(request: Request): Promise<void> {
    const { health } = this.#context;
    await health.write(afterRequest(await health.read(), request, this.#platform.now()));
  }

  #connect(): Promise<Connections> {
    return Connections.open(this.settings, this.#platform, this.#platform.newId());
  }

  #judge(
    health: Health,
    counts: LetterCounts,
    backfill: BackfillState | null,
  ): Verdict {
    const { LAG_THRESHOLD, UNDELIVERED_THRESHOLD, FETCH_EVENTS, MAX_DEAD_LETTERS } = this.settings;
    const kept = {
      deadLetters: counts.deadLetters,
      setAside: counts.setAside.events,
      fullness: fullness(counts, MAX_DEAD_LETTERS),
      backfill,
    };
    return judge(health, kept, this.#platform.now(), {
      enabled: FETCH_EVENTS,
      lagMs: LAG_THRESHOLD,
      undelivered: UNDELIVERED_THRESHOLD,
    });
  }

  /** Does the work after all earlier work has ended, even if that failed. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#platform.exclusively(work));
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
