/**
 * Works off backlogs: when a run ends with more to read, the pipeline's next run follows at once. A few
 * pipelines of each kind of destination are worked on at a time, in turn, without holding up the schedule.
 */
import { askEach, type Collectors, laneOf, lanesOf } from "../collector/fleet.ts";
import { type RunReport, type Trigger, wantsMore } from "../collector/health/report.ts";
import type { CollectorService, Outcome } from "../collector/service.ts";
import { type Pipeline, pipelineName } from "../pipelines/pipeline.ts";

/** How many backlogs of one kind of destination are worked off at the same time. */
const FOLLOWERS = 3;

interface FollowedCollectors extends Collectors {
  /** Resolves once no backlog is being worked off. */
  settled(): Promise<void>;
}

/** The same collectors; their backlogs are worked off until `stop`. */
export function followBacklogs(
  collectors: Collectors,
  stop: Pick<AbortSignal, "aborted">,
): FollowedCollectors {
  const lanes = new Map(
    [...lanesOf(collectors.pipelines).keys()].map((lane) => [lane, new Backlogs(collectors, stop)]),
  );
  const of = (pipeline: Pipeline): CollectorService => ({
    ...collectors.of(pipeline),
    collect: (trigger) => lanes.get(laneOf(pipeline))!.collect(pipeline, trigger),
  });
  return {
    pipelines: collectors.pipelines,
    of,
    ask: askEach(of),
    async settled() {
      await Promise.all([...lanes.values()].map((backlogs) => backlogs.settled()));
    },
  };
}

/** The backlogs of one kind of destination. */
class Backlogs {
  /** By their names. */
  readonly #waiting = new Map<string, Pipeline>();
  readonly #followers = new Set<Promise<void>>();

  constructor(
    private readonly collectors: Collectors,
    private readonly stop: Pick<AbortSignal, "aborted">,
  ) {}

  /** Collects a pipeline, and queues it again if there is more to read. */
  async collect(pipeline: Pipeline, trigger: Trigger): Promise<Outcome<RunReport>> {
    const outcome = await this.collectors.of(pipeline).collect(trigger);
    if (outcome.ok && wantsMore(outcome.value)) {
      this.#waiting.set(pipelineName(pipeline), pipeline);
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
      const [next] = this.#waiting;
      if (next === undefined) return;
      const [name, pipeline] = next;
      this.#waiting.delete(name);
      await this.collect(pipeline, "backlog");
    }
  }
}
