/**
 * The lease that processes sharing a Deno KV database hold one after another. The holder renews it, and
 * commits each write together with a check that it still holds the lease. So a process that stalled for
 * longer than its lease can't overwrite what its successor wrote.
 */
import { CollectorError } from "../errors.ts";
import type { LogLine } from "../collector/platform.ts";
import type { Clock } from "./clock.ts";
import { commit } from "./kv_commit.ts";
import type { Writer } from "./kv_store.ts";

interface LeaseOptions {
  readonly kv: Deno.Kv;
  /** The pipeline's name: only one process at a time holds the lease of that name. */
  readonly name: string;
  /** Identifies this process among all. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: (line: LogLine) => void;
  /** Once aborted, waiting for the lease ends. */
  readonly stop: Pick<AbortSignal, "aborted">;
}

/** A holder that hasn't renewed its lease for this long has died or stalled. */
export const LEASE_MS = 60_000;
/** How often the holder renews it. */
const RENEWAL_MS = LEASE_MS / 4;
/** How often a waiting process checks whether the lease is free. */
const POLL_MS = 500;

export class Lease implements Writer {
  /** Changes only when the lease changes hands: writes are checked against its version. */
  readonly #holderKey: Deno.KvKey;
  /** Until when the lease lasts, epoch milliseconds. */
  readonly #untilKey: Deno.KvKey;
  #version: string | null = null;

  constructor(private readonly options: LeaseOptions) {
    this.#holderKey = ["lease", options.name, "holder"];
    this.#untilKey = ["lease", options.name, "until"];
  }

  /** True while this process holds the lease. */
  get alone(): boolean {
    return this.#version !== null;
  }

  /**
   * Waits for the lease, and holds it during the work.
   * @throws {CollectorError} `stopping` when told to stop while waiting
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

  /**
   * Without the lease it writes unchecked.
   * @throws {CollectorError} `lease_lost` when another process holds it now; then nothing is written
   */
  async commit(operation: Deno.AtomicOperation): Promise<void> {
    if (this.#version === null) return void await commit(operation);
    const guarded = this.#guarded(operation).set(this.#untilKey, this.#until());
    const { ok } = await commit(guarded);
    if (ok) return;
    const { name, holder, log } = this.options;
    const detail = "The run stalled for longer than its lease, and another process took over.";
    log({ level: "warn", event: "lease_lost", pipeline: name, holder, message: detail });
    throw new CollectorError("lease_lost", { detail });
  }

  async #take(): Promise<string> {
    const { kv, name, holder, clock, log, stop } = this.options;
    let seen: { renewal: string | null; sinceMs: number } | undefined;
    for (;;) {
      const [held, until] = await kv.getMany<[string, number]>([this.#holderKey, this.#untilKey]);
      if (seen?.renewal !== until.versionstamp) {
        seen = { renewal: until.versionstamp, sinceMs: clock.now() };
      }
      // the second condition holds even if the clock was set back since
      const expired = clock.now() >= (until.value ?? 0) || clock.now() >= seen.sinceMs + LEASE_MS;
      if (held.value === null || expired) {
        const taken = await commit(
          kv.atomic().check(held, until)
            .set(this.#holderKey, holder).set(this.#untilKey, this.#until()),
        );
        if (taken.ok && held.value !== null) {
          const message = "The process that held the lease died or stalled; this one takes over.";
          log({ level: "warn", event: "lease_taken_over", pipeline: name, holder, message });
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
      // the next renewal tries again; the next write reports a lost lease
    }
  }

  async #release(): Promise<void> {
    try {
      const release = this.#guarded(this.options.kv.atomic());
      await commit(release.delete(this.#holderKey).delete(this.#untilKey));
    } catch {
      // the lease expires by itself
    } finally {
      this.#version = null;
    }
  }

  #guarded(operation: Deno.AtomicOperation): Deno.AtomicOperation {
    return operation.check({ key: this.#holderKey, versionstamp: this.#version });
  }

  #until(): number {
    return this.options.clock.now() + LEASE_MS;
  }
}
