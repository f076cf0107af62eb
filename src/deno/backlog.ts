/**
 * Follows backlogs: when a collection ends with more to read, the account's next one follows at once.
 * A few accounts at a time, each in its turn, beside the schedule, which is never held up.
 */
import { askEach, type Collectors } from "../collector/fleet.ts";
import { type RunReport, wantsMore } from "../collector/runs/report.ts";
import { type Method, offer, type Outcome } from "../collector/service.ts";

/** How many backlogs are followed at the same time. */
const FOLLOWERS = 3;

export interface FollowedCollectors extends Collectors {
  /** Resolves when no backlog is followed any more. */
  settled(): Promise<void>;
}

/** The same collectors, with their backlogs followed until `stop`. */
export function followBacklogs(
  collectors: Collectors,
  stop: Pick<AbortSignal, "aborted">,
): FollowedCollectors {
  const waiting = new Set<string>();
  const followers = new Set<Promise<void>>();

  async function call(id: string, method: Method, args: unknown[]): Promise<Outcome<unknown>> {
    const ask = collectors.of(id)[method] as (...args: unknown[]) => Promise<Outcome<unknown>>;
    const outcome = await ask(...args);
    if (method === "collect" && outcome.ok && wantsMore(outcome.value as RunReport)) {
      waiting.add(id);
      if (followers.size < FOLLOWERS) startFollower();
    }
    return outcome;
  }

  function startFollower(): void {
    const follower = follow().finally(() => followers.delete(follower));
    followers.add(follower);
  }

  async function follow(): Promise<void> {
    while (!stop.aborted) {
      const [id] = waiting;
      if (id === undefined) return;
      waiting.delete(id);
      await call(id, "collect", ["backlog"]);
    }
  }

  return {
    ids: collectors.ids,
    of: (id) => offer((method, args) => call(id, method, args)),
    all: (method, args) => askEach(collectors.ids, (id) => call(id, method, args)),
    async settled() {
      while (followers.size > 0) await Promise.all(followers);
    },
  };
}
