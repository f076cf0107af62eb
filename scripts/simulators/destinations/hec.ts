/** Splunk's HTTP Event Collector, simulated, as scripts start it. Loopback only. */
import { startHec } from "../hec.ts";
import type { SimulatedDestination, StartOptions, StoredEvent } from "./destination.ts";

/** How many events it accepts before it is busy. */
const TAKEN = 2;

export async function startSimulatedHec(options: StartOptions): Promise<SimulatedDestination> {
  const { secret: token = "simulated-token", ...others } = options;
  const hec = await startHec({ ...others, token });
  const { url, settings, faults, ids, events } = hec;
  return {
    name: "Splunk HEC",
    what: "HTTP Event Collector",
    ...{ url, settings, faults },
    ids: () => ids,
    events: () => events.map(({ event }) => event as StoredEvent),
    misbehave() {
      hec.takes = () => {
        hec.takes = undefined;
        return TAKEN;
      };
      return `takes ${TAKEN} events of the first push and is busy (503, code 9)`;
    },
    [Symbol.asyncDispose]: hec.close,
  };
}
