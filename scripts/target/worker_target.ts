/** The collectors of a deployed Worker, called through its routes. */
import { AnsweredProblem } from "../../src/http/routing/problems.ts";
import type { Status } from "../../src/collector/collector.ts";
import type { BackfillState, RunReport } from "../../src/collector/health/report.ts";
import type { AuditEvent } from "../../src/sources/liveperson/event.ts";
import type { AccountStatus, Target } from "./target.ts";
import type { WorkerClient } from "./worker_client.ts";

interface EventsAnswer {
  readonly LivePerson: { readonly Event: readonly AuditEvent[] };
  readonly pushed: number;
  readonly more: boolean;
}

export function workerTarget(client: WorkerClient): Target {
  const status = async (account?: string): Promise<readonly AccountStatus[]> => {
    type StatusAnswer = Status | { readonly accounts: readonly AccountStatus[] };
    const answer = await client.ask<StatusAnswer>("GET", "/status", { account });
    return "accounts" in answer ? answer.accounts : [answer];
  };
  return {
    name: client.origin,
    advancesAlone: true,
    status,
    ids: async () => (await status()).map(({ account }) => account),
    collect: (account) => collect(client, account),
    async getEvents(account, { limit, startMs }) {
      const query = { account, limit: String(limit), start_time: new Date(startMs).toISOString() };
      const { LivePerson, pushed, more } = await client.ask<EventsAnswer>(
        "GET",
        "/get-events",
        query,
      );
      return { events: LivePerson.Event, pushed, more };
    },
    startBackfill(account, { fromMs, toMs }) {
      const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString());
      return client.ask<BackfillState>("POST", "/backfill", { account, from, to });
    },
    advanceBackfill: async (account) => {
      const [answer] = await status(account);
      if ("problem" in answer) throw new AnsweredProblem(answer.problem);
      return answer.backfill;
    },
    async cancelBackfill(account) {
      await client.ask("DELETE", "/backfill", { account });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A failed run is answered as a problem, with its report. */
async function collect(client: WorkerClient, account: string): Promise<RunReport> {
  try {
    return await client.ask<RunReport>("POST", "/collect", { account });
  } catch (error) {
    const { body } = error as { body?: { report?: RunReport } };
    if (body?.report === undefined) throw error;
    return body.report;
  }
}
