/** A webhook's receiver, simulated, as scripts start it. Loopback only. */
import { startWebhook } from "../webhook.ts";
import type { SimulatedDestination, StartOptions, StoredEvent } from "./destination.ts";

const SECRET = `whsec_${btoa("simulated-secret-of-32-bytes-all")}`;

export async function startSimulatedWebhook(options: StartOptions): Promise<SimulatedDestination> {
  const { secret = SECRET, ...others } = options;
  const webhook = await startWebhook({ ...others, secrets: [secret], dropsRepeats: true });
  const { url, settings, faults, ids, events } = webhook;
  return {
    name: "Webhook",
    what: "receiver",
    ...{ url, settings, faults },
    ids: () => ids,
    events: () => events as readonly StoredEvent[],
    misbehave() {
      faults.next("push", { drop: "after" });
      return "takes the first push, and its answer is lost; it knows the repeat by webhook-id";
    },
    [Symbol.asyncDispose]: webhook.close,
  };
}
