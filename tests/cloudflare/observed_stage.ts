/** A stage for what is measured: a Worker that is observed, directly between the two simulators. */
import { type LocalWorker, startWorker } from "../../scripts/local/worker.ts";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { startXsiam } from "../../scripts/simulators/xsiam.ts";

export const ACCOUNT_ID = "12345678";
const TOKEN = "an-api-token";

export async function openObservedStage(
  observe: "memory" | "operations",
  settings: Record<string, string> = {},
) {
  const livePerson = await startLivePerson({
    accounts: [{ accountId: ACCOUNT_ID, clientId: "client", clientSecret: "client-secret" }],
    keepRequestBodies: false,
  });
  const xsiam = await startXsiam({ apiKey: "xsiam-key", keepEvents: false });
  const worker = await startWorker({
    settings: {
      LIVEPERSON_ACCOUNT_ID: ACCOUNT_ID,
      LIVEPERSON_CLIENT_ID: "client",
      LIVEPERSON_CLIENT_SECRET: "client-secret",
      LIVEPERSON_AUTH_SERVER_URL: livePerson.host,
      LIVEPERSON_DOMAIN_API_URL: livePerson.url,
      XSIAM_URL: xsiam.url,
      XSIAM_API_KEY: "xsiam-key",
      API_TOKEN: TOKEN,
      ...settings,
    },
    observe,
  });
  return {
    ...{ livePerson, xsiam, worker },
    ask: (path: string, method = "GET") => ask(worker, path, method),
    async [Symbol.asyncDispose]() {
      await worker.close();
      await Promise.all([livePerson.close(), xsiam.close()]);
    },
  };
}

// deno-lint-ignore no-explicit-any
async function ask(worker: LocalWorker, path: string, method: string): Promise<any> {
  const response = await worker.fetch(path, {
    method,
    headers: { Authorization: `Bearer ${TOKEN}` },
  });
  return await response.json();
}
