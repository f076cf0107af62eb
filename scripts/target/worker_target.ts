/** The collectors of a deployed Worker, called through its routes. */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Status } from "../../src/collector/collector.ts";
import type { ExportedPage } from "../../src/collector/records/moved_state.ts";
import type { LetterChoice } from "../../src/collector/records/letter_choice.ts";
import type { Redelivery } from "../../src/collector/runs/redeliver.ts";
import type { Problem } from "../../src/problems.ts";
import type { TestedStep } from "../../src/collector/runs/connection_check.ts";
import type { BackfillState, RunReport } from "../../src/collector/health/report.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import { namedAs, type PipelineStatus, type Target } from "./target.ts";
import type { Named } from "../../src/pipelines/choose.ts";
import type { Pipeline } from "../../src/pipelines/pipeline.ts";
import type { WorkerClient } from "./worker_client.ts";

interface EventsAnswer {
  readonly LivePerson: { readonly Event: readonly AuditEvent[] };
  readonly pushed: number;
  readonly more: boolean;
}

export function workerTarget(client: WorkerClient): Target {
  const status = async (named: Named): Promise<readonly PipelineStatus[]> => {
    type StatusAnswer = Status | { readonly accounts: readonly PipelineStatus[] };
    const answer = await client.ask<StatusAnswer>("GET", "/status", { ...named });
    return "accounts" in answer ? answer.accounts : [answer];
  };
  return {
    name: client.origin,
    advancesAlone: true,
    status,
    pipelines: async () => (await status({})).map(pipelineOf),
    testConnection: (pipelines) => testConnection(client, pipelines),
    collect: (pipeline) => collect(client, pipeline),
    async getEvents(pipelines, { limit, startMs, endMs, push }) {
      const { account, destination } = namedAs(pipelines[0]);
      const query = {
        account,
        ...(pipelines.length === 1 && { destination }),
        limit: String(limit),
        start_time: new Date(startMs).toISOString(),
        ...(endMs !== undefined && { end_time: new Date(endMs).toISOString() }),
        ...(push && { should_push_events: "true" }),
      };
      const { LivePerson, pushed, more } = await client.ask<EventsAnswer>(
        push ? "POST" : "GET",
        "/get-events",
        query,
      );
      return { events: LivePerson.Event, pushed, more };
    },
    startBackfill(pipeline, { fromMs, toMs }) {
      const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
      return client.ask<BackfillState>("POST", "/backfill", { ...namedAs(pipeline), from, to });
    },
    advanceBackfill: async (pipeline) => {
      const [answer] = await status(namedAs(pipeline));
      if ("problem" in answer) throw new AnsweredProblem(answer.problem);
      return answer.backfill;
    },
    async cancelBackfill(pipeline) {
      type Cancelled = { readonly cancelled: number };
      const named = { ...namedAs(pipeline) };
      return (await client.ask<Cancelled>("DELETE", "/backfill", named)).cancelled > 0;
    },
    ...letterCalls(client),
    async forgetCursor(pipeline) {
      await client.ask("DELETE", "/cursor", { ...namedAs(pipeline), confirm: pipeline.account });
    },
    exportState: (pipeline, after) =>
      client.ask<ExportedPage>("GET", "/state", {
        ...namedAs(pipeline),
        after: after ?? undefined,
      }),
    async importState(pipeline, { rows, after, seal }) {
      await client.ask("POST", "/state", {}, { ...namedAs(pipeline), rows, after, seal });
    },
    async checkState(pipeline, { rows, after, seal }) {
      const check = "true";
      await client.ask("POST", "/state", {}, { ...namedAs(pipeline), rows, after, seal, check });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

type LetterCalls = Pick<Target, "deadLetters" | "redeliver" | "discardLetters">;

function letterCalls(client: WorkerClient): LetterCalls {
  const chosen = ({ ids, reason }: LetterChoice) => ({ ids: ids?.join(","), reason });
  const isAll = ({ ids, reason }: LetterChoice) => ids === undefined && reason === undefined;
  return {
    deadLetters: (pipeline, limit, { reason, after, eventId, grouped }) =>
      client.ask("GET", "/dead-letters", {
        ...namedAs(pipeline),
        ...{ reason, after, event_id: eventId, limit: String(limit) },
        ...(grouped && { groups: "true" }),
      }),
    redeliver: (pipeline, limit, choice) => redeliver(client, pipeline, limit, chosen(choice)),
    discardLetters: (pipeline, choice) =>
      client.ask("DELETE", "/dead-letters", {
        ...namedAs(pipeline),
        ...chosen(choice),
        ...(isAll(choice) && { all: "true" }),
      }),
  };
}

/** One that was broken off is answered as a problem, with what it did before. */
async function redeliver(
  client: WorkerClient,
  pipeline: Pipeline,
  limit: number,
  chosen: Readonly<Record<string, string | undefined>>,
): Promise<Redelivery> {
  try {
    return await client.ask<Redelivery>("POST", "/dead-letters/redeliver", {
      ...namedAs(pipeline),
      ...{ limit: String(limit), ...chosen },
    });
  } catch (error) {
    const { body, problem } = error as { body?: { redelivery?: Redelivery }; problem?: Problem };
    if (body?.redelivery === undefined || problem === undefined) throw error;
    return { ...body.redelivery, problem };
  }
}

/** A failed step is answered as a problem, with all steps. */
async function testConnection(
  client: WorkerClient,
  pipelines: readonly Pipeline[],
): Promise<readonly TestedStep[]> {
  const { account, destination } = namedAs(pipelines[0]);
  const query = { account, ...(pipelines.length === 1 && { destination }) };
  type Tested = { readonly steps?: readonly TestedStep[] };
  try {
    return (await client.ask<Tested>("POST", "/test-connection", query)).steps!;
  } catch (error) {
    const { body } = error as { body?: Tested };
    if (body?.steps === undefined) throw error;
    return body.steps;
  }
}

function pipelineOf({ account, destination, kind }: PipelineStatus): Pipeline {
  return {
    account,
    feed: "audit",
    destination: kind === null ? null : { kind, identity: destination },
  };
}

/** A failed run is answered as a problem, with its report. */
async function collect(client: WorkerClient, pipeline: Pipeline): Promise<RunReport> {
  try {
    return await client.ask<RunReport>("POST", "/collect", { ...namedAs(pipeline) });
  } catch (error) {
    const { body } = error as { body?: { report?: RunReport } };
    if (body?.report === undefined) throw error;
    return body.report;
  }
}
