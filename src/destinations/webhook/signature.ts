/** What signs a webhook. Pure. Source: Standard Webhooks, github.com/standard-webhooks, version 1.0.0. */
import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import type { SentEvent } from "../../engine/ports.ts";

/** The id of a batch: the same for the same events, however often they are sent. */
export function batchId(lines: readonly Pick<SentEvent, "eventId">[]): string {
  const hash = createHash("sha256");
  for (const { eventId } of lines) hash.update(`${eventId}\n`);
  return `batch_${hash.digest("hex").slice(0, 32)}`;
}

/**
 * The headers of one attempt. `keys`: in base64; without any the request is not signed. `nowMs`: epoch
 * milliseconds of the attempt, which receivers compare with their own clock.
 */
export function webhookHeaders(
  id: string,
  body: Uint8Array,
  keys: readonly string[],
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signatures = keys.map((key) => {
    const hmac = createHmac("sha256", Buffer.from(key, "base64"));
    return `v1,${hmac.update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    ...(signatures.length > 0 && { "webhook-signature": signatures.join(" ") }),
  };
}
