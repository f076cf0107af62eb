/** The deployable bundle on workerd, in the simulated environment, with nothing in between. */
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
}

/** `settings`: over those of the environment. */
export async function startWorkerIn(
  environment: Environment,
  { settings, ...options }: Partial<LocalWorkerOptions> = {},
): Promise<AskedWorker> {
  const worker = await startWorker({
    ...options,
    settings: { ...environment.settings, ...settings },
  });
  return {
    ...worker,
    async ask(path, method = "GET") {
      const headers = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
      const response = await worker.fetch(path, { method, headers });
      return { status: response.status, body: await response.json() };
    },
  };
}
