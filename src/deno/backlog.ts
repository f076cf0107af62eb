/**
 * Works off backlogs: when a run ends with more to read, the account's next run follows at once. A few
 * accounts at a time, alternating, without holding up the schedule.
 */
import { askEach, type Collectors } from "../collector/fleet.ts";
import { type RunReport, type Trigger, wantsMore } from "../collector/health/report.ts";
import type { CollectorService, Outcome } from "../collector/service.ts";

/** How many backlogs are worked off at the same time. */
const FOLLOWERS = 3;

interface FollowedCollectors extends Collectors {
  /** Resolves once no backlog is being worked off. */
  settled(): Promise<void>;
}

/** The same collectors, whose backlogs are worked off until `stop`. */
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

  /** Collects an account, and queues it again if there is more to read. */
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
