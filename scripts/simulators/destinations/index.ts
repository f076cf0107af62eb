/** Every simulated destination, by the id of its kind. */
import type { Start } from "./destination.ts";
import { startSimulatedElasticsearch } from "./elasticsearch.ts";
import { startSimulatedHec } from "./hec.ts";
import { startSimulatedS3 } from "./s3.ts";
import { startSimulatedSentinel } from "./sentinel.ts";
import { startSimulatedWebhook } from "./webhook.ts";
import { startSimulatedXsiam } from "./xsiam.ts";

export const SIMULATED = {
  xsiam: startSimulatedXsiam,
  hec: startSimulatedHec,
  elasticsearch: startSimulatedElasticsearch,
  webhook: startSimulatedWebhook,
  sentinel: startSimulatedSentinel,
  s3: startSimulatedS3,
} as const satisfies Readonly<Record<string, Start>>;

/** The id of a kind of destination. */
export type DestinationId = keyof typeof SIMULATED;

export const DESTINATION_IDS = Object.keys(SIMULATED) as readonly DestinationId[];
