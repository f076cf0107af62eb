/**
 * The demo's stage: the deployable Worker in the simulated environment. Starts and stops both; loopback
 * only.
 */
import { type LocalWorker, startWorker } from "../local/worker.ts";
import { type ChosenEnvironment, startChosen } from "../simulators/chosen_environment.ts";
import type { DestinationId } from "../simulators/destinations/index.ts";
import { type AuditRecord, generateRecords } from "../simulators/records.ts";

/** Made up: these credentials open nothing. */
export const ACCOUNT = { accountId: "12345678", clientId: "demo-app", clientSecret: "demo-secret" };
export const API_TOKEN = "demo-token-that-opens-only-demos";

/** The port that the Worker uses when it keeps running, if it is free. */
export const KEPT_PORT = 8787;

export const GENERATED_RECORDS = 1300;
/** A little less than FIRST_FETCH, so that the first fetch reaches all of them. */
const GENERATED_HOURS = 3 * 24 - 0.1;
const SEED = 1;

export interface Stage extends Pick<ChosenEnvironment, "livePerson" | "destinations"> {
  readonly worker: LocalWorker;
  /** What a client sees with the Worker's default settings, oldest first. */
  visibleRecords(): readonly AuditRecord[];
  close(): Promise<void>;
}

/** `port`: of the Worker; 0 takes any free one. */
export async function startStage(
  port: number,
  chosen: readonly DestinationId[],
): Promise<Stage> {
  await using started = new AsyncDisposableStack();
  const { livePerson, destinations, settings } = started.use(
    await startChosen({
      account: ACCOUNT,
      apiToken: API_TOKEN,
      destinations: new Map(chosen.map((id) => [id, {}])),
    }),
  );
  const { accountId } = ACCOUNT;
  const nowMs = Date.now();
  const range = { fromMs: nowMs - GENERATED_HOURS * 3_600_000, toMs: nowMs - 1000, accountId };
  livePerson.add(generateRecords({ seed: SEED, count: GENERATED_RECORDS, ...range }));
  const worker = started.use(
    await startWorker({
      port,
      settings: { ...settings, FIRST_FETCH: "3 days", RETRY_DELAY: "1 second" },
    }),
  );
  const running = started.move();
  return {
    livePerson,
    destinations,
    worker,
    visibleRecords: () =>
      livePerson.log(accountId).list({
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

/** The port for a Worker that keeps running: the fixed one, or any if that is taken. */
export function keptPort(): number {
  try {
    Deno.listen({ hostname: "127.0.0.1", port: KEPT_PORT }).close();
    return KEPT_PORT;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return 0;
    throw error;
  }
}
