/** XSIAM, simulated, as scripts start it. Loopback only. */
import { startXsiam } from "../xsiam.ts";
import type { XsiamEvent } from "../xsiam_body.ts";
import type { SimulatedDestination, StartOptions, StoredEvent } from "./destination.ts";

export async function startSimulatedXsiam(options: StartOptions): Promise<SimulatedDestination> {
  const { secret: apiKey = "simulated-key", compression = "gzip", ...others } = options;
  const xsiam = await startXsiam({ ...others, apiKey, compression });
  const { url, faults, ids, events } = xsiam;
  return {
    name: "Cortex XSIAM",
    what: "HTTP log collector",
    url,
    settings: { XSIAM_URL: url, XSIAM_API_KEY: apiKey, XSIAM_COMPRESSION: compression },
    faults,
    ids: () => ids,
    events: () => events as readonly (XsiamEvent & StoredEvent)[],
    misbehave() {
      faults.next("push", { status: 429, headers: { "retry-after": "1" } });
      return "is too busy for the first push (429)";
    },
    [Symbol.asyncDispose]: xsiam.close,
  };
}
