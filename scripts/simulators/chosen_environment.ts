/**
 * LivePerson and the destinations that somebody chose, simulated, with the settings with which a collector
 * reaches them. Loopback only.
 */
import type { SimulatedDestination, StartOptions } from "./destinations/destination.ts";
import { type DestinationId, SIMULATED } from "./destinations/index.ts";
import { sourceSettings } from "./environment.ts";
import { type LivePersonOptions, type LivePersonSimulator, startLivePerson } from "./liveperson.ts";
import type { Account } from "./sentinel.ts";

export interface ChosenOptions {
  /** The only account. */
  readonly account: Account;
  /** The token that the collector's routes require. */
  readonly apiToken: string;
  readonly livePerson?: Partial<LivePersonOptions>;
  readonly destinations: ReadonlyMap<DestinationId, StartOptions>;
}

export interface ChosenEnvironment extends AsyncDisposable {
  readonly livePerson: LivePersonSimulator;
  readonly destinations: ReadonlyMap<DestinationId, SimulatedDestination>;
  readonly settings: Readonly<Record<string, string>>;
}

/** @throws {Error} `EADDRINUSE` or `EACCES` when a requested port can't be used */
export async function startChosen(options: ChosenOptions): Promise<ChosenEnvironment> {
  const { account, apiToken } = options;
  await using started = new AsyncDisposableStack();
  const livePerson = started.use(
    await startLivePerson({ accounts: [account], ...options.livePerson }),
  );
  const destinations = new Map<DestinationId, SimulatedDestination>();
  for (const [id, startOptions] of options.destinations) {
    destinations.set(id, started.use(await SIMULATED[id](startOptions)));
  }
  const running = started.move();
  return {
    livePerson,
    destinations,
    settings: {
      ...sourceSettings([account], livePerson.url),
      ...Object.assign({}, ...[...destinations.values()].map(({ settings }) => settings)),
      API_TOKEN: apiToken,
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
