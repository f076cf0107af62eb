/** The deployable bundle on workerd, in the simulated environment, with nothing in between. */
import assert from "node:assert/strict";
import {
  type LocalWorker,
  type LocalWorkerOptions,
  startWorker,
} from "../../scripts/local/worker.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";
import { SECRETS } from "../environment.ts";

/** For very many events: neither they nor the requests for them are kept. */
export const LEAN = { livePerson: { keepRequestBodies: false }, xsiam: { keepEvents: false } };

interface AskedWorker extends LocalWorker {
  // deno-lint-ignore no-explicit-any
  ask(path: string, method?: string): Promise<{ readonly status: number; readonly body: any }>;
  /** Collects until a run leaves nothing to do; answers what failed runs say. */
  collectToRest(): Promise<readonly string[]>;
}

/** What is added at once is collected in fewer runs. */
const MAX_RUNS = 30;

/** `settings`: over those of the environment. */
export async function startWorkerIn(
  environment: Environment,
  { settings, ...options }: Partial<LocalWorkerOptions> = {},
): Promise<AskedWorker> {
  const worker = await startWorker({
    ...options,
    settings: { ...environment.settings, ...settings },
  });
  const ask: AskedWorker["ask"] = async (path, method = "GET") => {
    const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
    const response = await worker.fetch(path, { method, headers });
    return { status: response.status, body: await response.json() };
  };
  return {
    ...{ ...worker, ask },
    async collectToRest() {
      const codes: string[] = [];
      for (let run = 0; run < MAX_RUNS; run++) {
        const { status, body } = await ask("/collect", "POST");
        if (status !== 200) codes.push(body.code);
        else if (!body.goesOn) return codes;
      }
      return assert.fail(`it does not come to rest: ${codes}`);
    },
  };
}
