/** The product under measurement: the deployable bundle on workerd, and what it costs from outside. */
import { type LocalWorker, startWorker } from "../local/worker.ts";
import type { Stand } from "./open_stand.ts";
import { accountId, CREDENTIALS } from "./stand_options.ts";

const TOKEN = "bench-token";

export interface Product extends AsyncDisposable {
  readonly worker: LocalWorker;
  /** CPU that workerd has used so far, milliseconds; null where the system does not tell. */
  cpuMs(): number | null;
  /** Fires the cron, and waits until the backlog is through. `look` is called meanwhile. */
  drain(look?: () => Promise<void>): Promise<void>;
}

export async function openProduct(
  stand: Stand,
  options: { accounts?: number; settings?: Record<string, string> } = {},
): Promise<Product> {
  const account = (index: number) => ({
    LIVEPERSON_ACCOUNT_ID: accountId(index),
    LIVEPERSON_CLIENT_ID: CREDENTIALS.clientId,
    LIVEPERSON_CLIENT_SECRET: CREDENTIALS.clientSecret,
  });
  const { accounts = 1 } = options;
  const list = Array.from({ length: accounts }, (_, index) => account(index));
  const worker = await startWorker({
    observed: true,
    settings: {
      ...(accounts === 1 ? account(0) : { LIVEPERSON_ACCOUNTS: JSON.stringify(list) }),
      LIVEPERSON_AUTH_SERVER_URL: stand.livePerson,
      LIVEPERSON_DOMAIN_API_URL: stand.livePerson,
      XSIAM_URL: stand.xsiam,
      XSIAM_API_KEY: CREDENTIALS.apiKey,
      API_TOKEN: TOKEN,
      FIRST_FETCH: "60 days",
      ...options.settings,
    },
  });
  const pid = workerdOf(Deno.pid);
  return {
    worker,
    cpuMs: () => pid === null ? null : cpuMsOf(pid),
    async drain(look) {
      const outcome = await worker.fireCron();
      if (outcome !== "ok") throw new Error(`The cron ended as ${outcome}.`);
      const headers = { Authorization: `Bearer ${TOKEN}` };
      for (;;) {
        await look?.();
        const status = await (await worker.fetch("/status", { headers })).json();
        if (status.state === "failing") throw new Error(JSON.stringify(status.health.lastRun));
        if (!status.health.lastRun.more) return;
      }
    },
    [Symbol.asyncDispose]: () => worker.close(),
  };
}

/** The newest workerd process that this one started; null where there is no /proc. */
function workerdOf(parent: number): string | null {
  try {
    const pids = [...Deno.readDirSync("/proc")].map((entry) => entry.name)
      .filter((name) => /^\d+$/.test(name));
    return pids.findLast((pid) => {
      try {
        const [name, fields] = stat(pid);
        return name === "workerd" && Number(fields[1]) === parent;
      } catch {
        return false; // it has ended meanwhile
      }
    }) ?? null;
  } catch {
    return null;
  }
}

/** Linux counts CPU time in hundredths of a second. */
function cpuMsOf(pid: string): number {
  const [, fields] = stat(pid);
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** A process's name, and the fields of /proc/<pid>/stat behind it. */
function stat(pid: string): [string, string[]] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const end = text.lastIndexOf(")");
  return [text.slice(text.indexOf("(") + 1, end), text.slice(end + 2).split(" ")];
}
