/** The destinations of a measurement beside XSIAM, simulated. Loopback only. */
import type { SimulatedDestination } from "../simulators/destinations/destination.ts";
import { SIMULATED } from "../simulators/destinations/index.ts";
import type { Beside, Received } from "./stand_options.ts";

interface StartedBeside extends AsyncDisposable {
  /** Settings with which a collector reaches all of them. */
  readonly settings: Readonly<Record<string, string>>;
  received(): Readonly<Record<string, Received>>;
}

export async function openBeside(
  names: readonly Beside[],
  latencyMs: number,
): Promise<StartedBeside> {
  await using started = new AsyncDisposableStack();
  const simulators = new Map<Beside, SimulatedDestination>();
  const requests = new Map<Beside, number>(names.map((name) => [name, 0]));
  for (const name of names) {
    const watch = () => requests.set(name, requests.get(name)! + 1);
    const simulator = await SIMULATED[name]({ keepEvents: false, latencyMs, watch });
    simulators.set(name, started.use(simulator));
  }
  const running = started.move();
  const received = (name: Beside, simulator: SimulatedDestination): Received => {
    const times = simulator.ids();
    const events = times.values().reduce((sum, one) => sum + one, 0);
    return { events, distinct: times.size, requests: requests.get(name)! };
  };
  return {
    settings: Object.assign({}, ...[...simulators.values()].map(({ settings }) => settings)),
    received: () =>
      Object.fromEntries([...simulators].map(([name, one]) => [name, received(name, one)])),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
