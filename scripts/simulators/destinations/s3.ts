/** A bucket for the archive, simulated, as scripts start it. Loopback only. */
import { eventsIn, startS3 } from "../s3.ts";
import type { SimulatedDestination, StartOptions, StoredEvent } from "./destination.ts";

const KEY_ID = "simulated-key-id";
/** The one that a collector takes if its settings name none. */
const REGION = "us-east-1";

export async function startSimulatedS3(options: StartOptions): Promise<SimulatedDestination> {
  const { secret: secretAccessKey = "simulated-secret-key", ...others } = options;
  const key = { accessKeyId: KEY_ID, secretAccessKey, region: REGION };
  const s3 = await startS3({ ...others, key });
  const { url, faults, objects } = s3;
  return {
    name: "S3 archive",
    what: "bucket",
    url,
    settings: { S3_URL: url, S3_ACCESS_KEY_ID: KEY_ID, S3_SECRET_ACCESS_KEY: secretAccessKey },
    faults,
    ids() {
      const ids = new Map<string, number>();
      for (const { event_id } of eventsIn(objects)) {
        ids.set(String(event_id), (ids.get(String(event_id)) ?? 0) + 1);
      }
      return ids;
    },
    events: () => eventsIn(objects) as unknown as readonly StoredEvent[],
    misbehave() {
      faults.next("push", { drop: "after" });
      return "keeps the first object, and its answer is lost; the repeat is there already (412)";
    },
    [Symbol.asyncDispose]: s3.close,
  };
}
