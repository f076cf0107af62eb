/**
 * The collector of one pipeline: everything that the routes, the cron and the scripts
 * ask for. Runs take turns here.
 */
import { utcDay } from "../engine/time.ts";
import { ownerOf } from "../pipelines/pipeline.ts";
import type { PipelineSettings } from "../pipelines/pipelines.ts";
import { collect } from "./runs/live.ts";
import type { RunContext } from "./runs/context.ts";
import { Backfill, type BackfillRange } from "./runs/backfill.ts";
import { Connections } from "./runs/connections.ts";
import { DeadLetterBox, type KeptLetter } from "./records/dead_letters.ts";
import { engineLimits, enginePorts } from "./runs/engine_ports.ts";
import { type FoundEvents, getEvents, type GetEventsArguments } from "./runs/read_events.ts";
import { type Health, judge, type Verdict } from "./health/health.ts";
import { HealthRecord } from "./health/health_record.ts";
import type { Platform } from "./platform.ts";
import { CursorStore } from "./records/cursor_store.ts";
import { measure, type Measures } from "./health/measures.ts";
import { redeliver, type Redelivery } from "./runs/redeliver.ts";
import type { BackfillState, RunReport, Trigger } from "./health/report.ts";
import { testConnection, type TestedStep } from "./runs/connection_check.ts";

export interface Status extends Verdict {
  readonly account: string;
  readonly destination: string | null;
  readonly health: Omit<Health, "completeUntilMs">;
  readonly deadLetters: number;
  /** The last backfill, if there was one. */
  readonly backfill: BackfillState | null;
  /** The stored cursor, as it is; null before the first run. */
  readonly cursor: unknown;
}

export interface ListedLetters {
  readonly count: number;
  readonly letters: readonly KeptLetter[];
}

/** A list of dead letters ends with the one that exceeds this: an isolate has 128 MB. */
const MAX_LISTED_CHARACTERS = 8 * 1024 * 1024;

export class Collector {
  readonly #context: RunContext;
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<RunReport> | undefined;

  constructor(private readonly settings: PipelineSettings, private readonly platform: Platform) {
    this.#context = {
      settings,
      platform,
      cursors: new CursorStore(platform, ownerOf(settings.pipeline)),
      deadLetters: new DeadLetterBox(platform),
      backfill: new Backfill(platform),
      health: new HealthRecord(platform),
    };
  }

  /** Collects now. Who comes during a run gets that run's report. A failed run is reported, not thrown. */
  collect(trigger: Trigger): Promise<RunReport> {
    this.#running ??= this.#inTurn(() => collect(this.#context, trigger))
      .finally(() => this.#running = undefined);
    return this.#running;
  }

  getEvents(args: GetEventsArguments): Promise<FoundEvents> {
    return getEvents(this.settings, this.platform, args);
  }

  /** The Test button: each step with its outcome. Nothing that was remembered is used. */
  async testConnection(): Promise<readonly TestedStep[]> {
    const connections = await Connections.open(this.settings, this.platform, this.platform.newId());
    const session = connections.session({
      read: () => Promise.resolve(null),
      write: () => Promise.resolve(),
    });
    const audit = connections.audit(session, null);
    const range = { day: utcDay(this.platform.now()), offset: 0, first: 1 };
    return await testConnection(
      this.platform.now,
      session,
      () => audit.read(range),
      connections.destinationCheck(),
    );
  }

  async status(): Promise<Status> {
    const { cursors, deadLetters, health: record } = this.#context;
    const whole = await record.read();
    const { completeUntilMs: _, ...health } = whole;
    return {
      ...this.#judge(whole),
      account: this.settings.LIVEPERSON_ACCOUNT_ID,
      destination: this.settings.pipeline.destination?.identity ?? null,
      health,
      deadLetters: await deadLetters.count(),
      backfill: await this.#context.backfill.state(),
      cursor: await cursors.shown(),
    };
  }

  async verdict(): Promise<Verdict> {
    return this.#judge(await this.#context.health.read());
  }

  /** What `/metrics` tells, read from the collector's own storage alone. */
  async measures(): Promise<Measures> {
    const { deadLetters, backfill, health: record } = this.#context;
    const health = await record.read();
    return measure(
      health,
      this.#judge(health),
      await deadLetters.count(),
      await backfill.state(),
    );
  }

  async deadLetters(limit: number): Promise<ListedLetters> {
    const { deadLetters } = this.#context;
    const letters: KeptLetter[] = [];
    let characters = 0;
    for await (const letter of deadLetters.list(limit)) {
      letters.push(letter);
      characters += letter.json.length;
      if (characters > MAX_LISTED_CHARACTERS) break;
    }
    return { count: await deadLetters.count(), letters };
  }

  /** Pushes the first `limit` dead letters again. What is accepted is removed, the rest stays. */
  redeliver(limit: number): Promise<Redelivery> {
    return this.#inTurn(() => redeliver(this.#context, limit));
  }

  /** Asks for a past range; the runs go on with it, beside the live collection. */
  startBackfill(range: BackfillRange): Promise<BackfillState> {
    return this.#inTurn(() => this.#context.backfill.start(range));
  }

  /** Goes on with the backfill alone, for one run's budget; null when there is nothing to do. */
  advanceBackfill(): Promise<BackfillState | null> {
    return this.#inTurn(async () => {
      const connections = await Connections.open(
        this.settings,
        this.platform,
        this.platform.newId(),
      );
      const ports = enginePorts(this.#context, connections, null);
      return await this.#context.backfill.advance(ports, engineLimits(this.#context));
    });
  }

  cancelBackfill(): Promise<void> {
    return this.#inTurn(() => this.#context.backfill.cancel());
  }

  /** Starts over on purpose: the next run begins with the first fetch. */
  forgetCursor(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#context.cursors.forget();
      const account = this.settings.LIVEPERSON_ACCOUNT_ID;
      this.platform.log({ level: "warn", event: "cursor_deleted", account });
    });
  }

  #judge(health: Health): Verdict {
    const { LAG_THRESHOLD, FETCH_EVENTS } = this.settings;
    return judge(health, this.platform.now(), LAG_THRESHOLD, FETCH_EVENTS);
  }

  /** One after the other, whatever becomes of the one before. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.platform.exclusively(work));
    this.#turn = turn.catch(() => {});
    return turn;
  }
}
