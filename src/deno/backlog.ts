/**
 * Follows backlogs: when a collection ends with more to read, the account's next one follows at once.
 * A few accounts at a time, each in its turn, beside the schedule, which is never held up.
 */
import { askEach, type Collectors } from "../collector/fleet.ts";
import { type RunReport, type Trigger, wantsMore } from "../collector/health/report.ts";
import type { CollectorService, Outcome } from "../collector/service.ts";

/** How many backlogs are followed at the same time. */
const FOLLOWERS = 3;

interface FollowedCollectors extends Collectors {
  /** Resolves when no backlog is followed any more. */
  settled(): Promise<void>;
}

/** The same collectors, with their backlogs followed until `stop`. */
export function followBacklogs(
  collectors: Collectors,
  stop: Pick<AbortSignal, "aborted">,
): FollowedCollectors {
  const backlogs = new Backlogs(collectors, stop);
  const of = (id: string): CollectorService => ({
    ...collectors.of(id),
    collect: (trigger) => backlogs.collect(id, trigger),
  });
  return {
    ids: collectors.ids,
    of,
    all: askEach(collectors.ids, of),
    settled: () => backlogs.settled(),
  };
}

class Backlogs {
  readonly #waiting = new Set<string>();
  readonly #followers = new Set<Promise<void>>();

  constructor(
    private readonly collectors: Collectors,
    private readonly stop: Pick<AbortSignal, "aborted">,
  ) {}

  /** Collects an account; what is left to read is followed. */
  async collect(id: string, trigger: Trigger): Promise<Outcome<RunReport>> {
    const outcome = await this.collectors.of(id).collect(trigger);
    if (outcome.ok && wantsMore(outcome.value)) {
      this.#waiting.add(id);
      if (this.#followers.size < FOLLOWERS) this.#startFollower();
    }
    return outcome;
  }

  async settled(): Promise<void> {
    while (this.#followers.size > 0) await Promise.all(this.#followers);
  }

  #startFollower(): void {
    const follower = this.#follow().finally(() => this.#followers.delete(follower));
    this.#followers.add(follower);
  }

  async #follow(): Promise<void> {
    while (!this.stop.aborted) {
      const [id] = this.#waiting;
      if (id === undefined) return;
      this.#waiting.delete(id);
      await this.collect(id, "backlog");
    }
  }
}
