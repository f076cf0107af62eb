/** What follows a deployment: is the collector there, does a run work, and which events does it see? */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import { count } from "../../src/format.ts";
import { stdoutColours } from "../cli/colours.ts";
import type { StopSignal } from "../cli/stop_signal.ts";
import { waitOrStop } from "../cli/wait.ts";
import { format } from "../get_events/event_formats.ts";
import { terminalWidth } from "../cli/progress.ts";
import { shortName } from "../../src/pipelines/pipeline.ts";
import { WorkerClient } from "../target/worker_client.ts";
import { workerTarget } from "../target/worker_target.ts";

/** A new address takes a while until everybody can find it. */
const ATTEMPTS = 15;
const BETWEEN_MS = 4000;

const EVENTS = 5;

interface Deployed {
  readonly url: string;
  readonly token: string;
}

/**
 * Says what it sees. Returns how many events were delivered.
 * @throws {AnsweredProblem} when the collector isn't there, or its run fails
 */
export async function firstRun(
  { url, token }: Deployed,
  say: (line: string) => void,
  stop: StopSignal,
): Promise<number> {
  const client = new WorkerClient({ url, token });
  await untilHealthy(client, say, stop);
  await using target = workerTarget(client);
  let delivered = 0;
  const pipelines = await target.pipelines();
  for (const pipeline of pipelines) {
    if (stop.stopped) return delivered;
    const report = await target.collect(pipeline);
    if (report.problem !== undefined) throw new AnsweredProblem(report.problem);
    delivered += report.delivered;
    const more = report.goesOn ? " There are more, and the next run follows." : "";
    say(
      `${shortName(pipeline)}: the first run delivered ${count(report.delivered, "event")}.${more}`,
    );
  }
  const nowMs = Date.now();
  const args = { limit: EVENTS, startMs: nowMs - 3 * 86_400_000, push: false };
  const { account } = pipelines[0];
  const found = await target.getEvents(pipelines.filter((one) => one.account === account), args);
  say(format(found, "table", terminalWidth(), stdoutColours(), nowMs));
  return delivered;
}

async function untilHealthy(
  client: WorkerClient,
  say: (line: string) => void,
  stop: StopSignal,
): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      const { version } = await client.ask<{ version: string }>("GET", "/healthz");
      return say(`${client.origin}/healthz answers: version ${version}.`);
    } catch (error) {
      if (stop.stopped || attempt === ATTEMPTS) throw error;
      if (attempt === 1) say(`Waiting for ${client.origin} ...`);
      await waitOrStop(BETWEEN_MS, stop);
    }
  }
}
