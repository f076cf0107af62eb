/**
 * The Durable Object in which a collector lives; its methods are called by RPC. It is strongly consistent
 * and single-threaded, so runs take turns here.
 */
// @ts-types="./cloudflare_workers.d.ts"
import { DurableObject } from "cloudflare:workers";
import type { LetterChoice } from "../collector/records/letter_choice.ts";
import { askEach } from "../collector/fleet.ts";
import { writeLog } from "../collector/log.ts";
import type { BackfillRange } from "../collector/runs/backfill.ts";
import type { ImportedPage } from "../collector/records/moved_state.ts";
import type { GetEventsArguments } from "../collector/runs/read_events.ts";
import { type RunReport, type Trigger, wantsMore } from "../collector/health/report.ts";
import {
  type Arguments,
  type CollectorService,
  type Method,
  type Outcome,
  serve,
} from "../collector/service.ts";
import { webDigest } from "../digest.ts";
import type { OperatorAction } from "../operators/action.ts";
import type { Pipeline } from "../pipelines/pipeline.ts";
import { brokenPipeline, type PipelineEntry } from "../pipelines/pipelines.ts";
import { durableObjectStore } from "./durable_object_store.ts";
import { entriesOf, type Env, type ObjectMethods, objectsOf } from "./objects.ts";
import { workersKvStore } from "./workers_kv_store.ts";

export class CollectorObject extends DurableObject<Env> implements ObjectMethods {
  #served: CollectorService | undefined;

  async collect(trigger: Trigger): Promise<Outcome<RunReport>> {
    const outcome = await this.#service().collect(trigger);
    if (outcome.ok && wantsMore(outcome.value)) await this.ctx.storage.setAlarm(Date.now());
    return outcome;
  }

  getEvents(args: GetEventsArguments) {
    return this.#service().getEvents(args);
  }

  testSource() {
    return this.#service().testSource();
  }

  testDestination() {
    return this.#service().testDestination();
  }

  status() {
    return this.#service().status();
  }

  verdict() {
    return this.#service().verdict();
  }

  measures() {
    return this.#service().measures();
  }

  deadLetters(...args: Arguments<"deadLetters">) {
    return this.#service().deadLetters(...args);
  }

  redeliver(...args: Arguments<"redeliver">) {
    return this.#service().redeliver(...args);
  }

  discardLetters(choice: LetterChoice) {
    return this.#service().discardLetters(choice);
  }

  startBackfill(range: BackfillRange) {
    return this.#service().startBackfill(range);
  }

  advanceBackfill() {
    return this.#service().advanceBackfill();
  }

  cancelBackfill() {
    return this.#service().cancelBackfill();
  }

  forgetCursor() {
    return this.#service().forgetCursor();
  }

  queueOperatorAction(action: OperatorAction) {
    return this.#service().queueOperatorAction(action);
  }

  exportState(after: string | null) {
    return this.#service().exportState(after);
  }

  importState(page: ImportedPage, isTrial?: boolean) {
    return this.#service().importState(page, isTrial);
  }

  /** As a relay, asks other objects, with the request allowance of this invocation. */
  askAll<M extends Method>(pipelines: readonly Pipeline[], method: M, ...args: Arguments<M>) {
    return askEach(objectsOf(this.env))(pipelines, method, ...args);
  }

  /** While a run ends with more to read, the next one follows at once, in its own invocation. */
  async alarm(): Promise<void> {
    if (this.#entry() === undefined) return; // it was removed from the settings
    await this.collect("backlog");
  }

  #service(): CollectorService {
    return this.#served ??= serve(this.#entry() ?? this.#unknown(), {
      name: "workers",
      fetch: (input, init) => fetch(input, init),
      now: Date.now,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      digest: webDigest,
      log: writeLog,
      exclusively: (work) => work(), // a Durable Object is one process, whoever asks
      stop: { aborted: false },
      published: workersKvStore(this.env.CURSORS),
      local: durableObjectStore(this.ctx.storage),
    });
  }

  #entry(): PipelineEntry | undefined {
    return entriesOf(this.env).find((entry) => entry.name === this.ctx.id.name);
  }

  /** During a deployment, the caller may have different settings. */
  #unknown(): PipelineEntry {
    const problem = "its Durable Object does not have it in its settings";
    return brokenPipeline(String(this.ctx.id.name), problem);
  }
}
