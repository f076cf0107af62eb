/** The demo's stage: two simulators and the deployable Worker. Starts and ends them; loopback only. */
import { type LocalWorker, startWorker } from "../local/worker.ts";
import { type LivePersonSimulator, startLivePerson } from "../simulators/liveperson.ts";
import { type AuditRecord, generateRecords } from "../simulators/records.ts";
import { startXsiam, type XsiamSimulator } from "../simulators/xsiam.ts";

/** Made up: nothing here opens anything. */
export const ACCOUNT = { accountId: "12345678", clientId: "demo-app", clientSecret: "demo-secret" };
const XSIAM_API_KEY = "demo-key";
export const API_TOKEN = "demo-token";

/** The port that the Worker takes when it stays up, if it is free. */
export const KEPT_PORT = 8787;

export const GENERATED_RECORDS = 1300;
/** A little less than FIRST_FETCH, so that the first fetch reaches all of them. */
const GENERATED_HOURS = 3 * 24 - 0.1;
const SEED = 1;

export interface Stage {
  readonly liveperson: LivePersonSimulator;
  readonly xsiam: XsiamSimulator;
  readonly worker: LocalWorker;
  /** What a client sees with the Worker's default settings, oldest first. */
  visibleRecords(): readonly AuditRecord[];
  close(): Promise<void>;
}

/** `port`: of the Worker; 0 takes any free one. */
export async function startStage(port: number): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  const liveperson = started.use(await startLivePerson({ accounts: [ACCOUNT] }));
  const xsiam = started.use(await startXsiam({ apiKey: XSIAM_API_KEY }));
  const { accountId } = ACCOUNT;
  const nowMs = Date.now();
  const range = { fromMs: nowMs - GENERATED_HOURS * 3_600_000, toMs: nowMs - 1000, accountId };
  liveperson.add(generateRecords({ seed: SEED, count: GENERATED_RECORDS, ...range }));
  const worker = started.use(
    await startWorker({
      port,
      settings: {
        LIVEPERSON_ACCOUNT_ID: accountId,
        LIVEPERSON_CLIENT_ID: ACCOUNT.clientId,
        LIVEPERSON_CLIENT_SECRET: ACCOUNT.clientSecret,
        LIVEPERSON_DOMAIN_API_URL: liveperson.url,
        LIVEPERSON_AUTH_SERVER_URL: liveperson.host,
        XSIAM_URL: xsiam.url,
        XSIAM_API_KEY,
        API_TOKEN,
        FIRST_FETCH: "3 days",
      },
    }),
  );
  const running = started.move();
  return {
    liveperson,
    xsiam,
    worker,
    visibleRecords: () =>
      liveperson.log(accountId).list({
        nowMs: Date.now(),
        lpa: true,
        automaticUpdates: false,
        direction: "ASC",
        offset: 0,
        first: Infinity,
      }).records,
    close: () => running.disposeAsync(),
  };
}

/** The port for a Worker that stays up: the fixed one, or any if that is taken. */
export function keptPort(): number {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: KEPT_PORT }).close();
    return KEPT_PORT;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return 0;
    throw error;
  }
}
