/**
 * The lease that processes sharing a Deno KV database hold in turn. Its holder renews it, and writes only
 * while it is theirs: each write is committed together with a check of the lease. So a process that
 * stalled for longer than its lease can't overwrite what its successor wrote.
 */
import { CollectorError } from "../errors.ts";
import type { LogLine } from "../collector/platform.ts";
import { commit } from "./kv_commit.ts";
import type { Writer } from "./kv_store.ts";

/** Time, as the lease needs it. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Calls `work` again and again, until what it answers is called. */
  every(ms: number, work: () => void): () => void;
}

interface LeaseOptions {
  readonly kv: Deno.Kv;
  /** Those with the same name take turns. */
  readonly name: string;
  /** Names this process, and no other. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: (line: LogLine) => void;
  /** Once aborted, nobody goes on waiting. */
  readonly stop: Pick<AbortSignal, "aborted">;
}

/** A holder that has not renewed its lease for this long has died, or stalled. */
export const LEASE_MS = 60_000;
/** How often it renews it. */
const RENEWAL_MS = LEASE_MS / 4;
/** How often who waits looks whether it is their turn. */
const POLL_MS = 500;

export class Lease implements Writer {
  /** Changes only when the turn changes hands: its version is what writes are checked against. */
  readonly #turnKey: Deno.KvKey;
  /** Until when the lease lasts, epoch milliseconds. */
  readonly #untilKey: Deno.KvKey;
  #version: string | null = null;

  constructor(private readonly options: LeaseOptions) {
    this.#turnKey = ["turn", options.name, "holder"];
    this.#untilKey = ["turn", options.name, "until"];
  }

  /** True while the turn is ours. */
  get alone(): boolean {
    return this.#version !== null;
  }

  /**
   * Waits for the turn, and does the work in it.
   * @throws {CollectorError} `stopping` when told to stop before it has come
   */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    this.#version = await this.#take();
    let renewal = Promise.resolve();
    const stopRenewing = this.options.clock.every(RENEWAL_MS, () => {
      renewal = renewal.then(() => this.#renew());
    });
    try {
      return await work();
    } finally {
      stopRenewing();
      await renewal;
      await this.#release();
    }
  }

  /** Outside a turn it writes freely. */
  async commit(operation: Deno.AtomicOperation): Promise<void> {
    if (this.#version === null) return void await commit(operation);
    const guarded = this.#guarded(operation).set(this.#untilKey, this.#until());
    const { ok } = await commit(guarded);
    if (ok) return;
    const { name, holder, log } = this.options;
    const detail = "The run stalled for longer than its lease, and another process went on.";
    log({ level: "warn", event: "turn_lost", collector: name, holder, message: detail });
    throw new CollectorError("turn_lost", { detail });
  }

  async #take(): Promise<string> {
    const { kv, name, holder, clock, log, stop } = this.options;
    let seen: { renewal: string | null; sinceMs: number } | undefined;
    for (;;) {
      const [turn, until] = await kv.getMany<[string, number]>([this.#turnKey, this.#untilKey]);
      if (seen?.renewal !== until.versionstamp) {
        seen = { renewal: until.versionstamp, sinceMs: clock.now() };
      }
      // the second condition holds even if the clock was set back since
      const expired = clock.now() >= (until.value ?? 0) || clock.now() >= seen.sinceMs + LEASE_MS;
      if (turn.value === null || expired) {
        const taken = await commit(
          kv.atomic().check(turn, until)
            .set(this.#turnKey, holder).set(this.#untilKey, this.#until()),
        );
        if (taken.ok && turn.value !== null) {
          const message = "The process that had the turn died or stalled; this one goes on.";
          log({ level: "warn", event: "turn_taken_over", collector: name, holder, message });
        }
        if (taken.ok) return taken.versionstamp;
        continue;
      }
      if (stop.aborted) {
        throw new CollectorError("stopping", {
          detail: "Another process was collecting when this one was told to stop.",
        });
      }
      await clock.sleep(POLL_MS);
    }
  }

  async #renew(): Promise<void> {
    try {
      const renewal = this.#guarded(this.options.kv.atomic());
      await commit(renewal.set(this.#untilKey, this.#until()));
    } catch {
      // the next renewal tries again; a lost turn is told by the next write
    }
  }

  async #release(): Promise<void> {
    try {
      const release = this.#guarded(this.options.kv.atomic());
      await commit(release.delete(this.#turnKey).delete(this.#untilKey));
    } catch {
      // then the lease runs out
    } finally {
      this.#version = null;
    }
  }

  #guarded(operation: Deno.AtomicOperation): Deno.AtomicOperation {
    return operation.check({ key: this.#turnKey, versionstamp: this.#version });
  }

  #until(): number {
    return this.options.clock.now() + LEASE_MS;
  }
}
