/** S3's API as moto's server answers it. */
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { FORMATS } from "../../../src/event_formats/index.ts";
import type { AnyKind, OpenDestination } from "../../../src/destinations/kind.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { makeBatch } from "../batches.ts";
import { Judge } from "../judge.ts";
import { checkConnection, deliversAll, openDestination, push } from "../pushing.ts";
import { type Moto, startMoto, type StoredObject } from "../receivers/moto.ts";
import type { Compared, CompareOptions, Comparison } from "./comparison.ts";

export const s3: Comparison = { id: "moto", receiver: "moto", destination: "s3", compare };

interface Stand {
  readonly kind: AnyKind;
  readonly moto: Moto;
  readonly judge: Judge;
  readonly nowMs: number;
}

async function compare(kind: AnyKind, { cacheFolder, nowMs }: CompareOptions): Promise<Compared> {
  await using moto = await startMoto(cacheFolder);
  const judge = new Judge();
  const stand = { kind, moto, judge, nowMs };
  for (const format of FORMATS) await storesEachBatchOnce(stand, format);
  await findsFaultsOfSettings(stand);
  return { version: moto.version, disagreements: judge.disagreements };
}

function settingsOf({ moto }: Stand, prefix: string, format: string) {
  return {
    S3_URL: `${moto.url}/${moto.bucket}`,
    S3_REGION: "us-east-1",
    S3_ACCESS_KEY_ID: moto.keyId,
    S3_SECRET_ACCESS_KEY: moto.secret,
    S3_PREFIX: prefix,
    S3_FORMAT: format,
  };
}

/** A repeated batch has the same keys, and is answered with 412: it counts as delivered, and changes nothing. */
async function storesEachBatchOnce(stand: Stand, format: string): Promise<void> {
  const { kind, moto, judge, nowMs } = stand;
  const prefix = `conformance/${format} ä+/`;
  const settings = settingsOf(stand, prefix, format);
  const destination = openDestination(kind, settings);
  const batch = await makeBatch("each once", destination, nowMs);
  judge.holds(`${format}: a batch is delivered`, await deliversAll(destination, batch));
  judge.holds(`${format}: repeated, it is delivered`, await deliversAll(destination, batch));
  await checkConnection(kind, settings);
  const objects = (await moto.objects()).filter(({ key }) => key.startsWith(prefix));
  compareObjects(judge, format, objects, batch);
  await leavesWhatIsThere(stand, destination, batch, objects);
}

/** One object for each day, and in it the day's events in the order in which they were sent. */
function compareObjects(
  judge: Judge,
  format: string,
  objects: readonly StoredObject[],
  batch: readonly Line[],
): void {
  const days = Map.groupBy(batch, ({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10));
  judge.equal(`${format}: objects`, objects.length, days.size);
  for (const [day, lines] of days) {
    const ofDay = objects.filter(({ key }) => key.includes(`/dt=${day}/`));
    judge.equal(`${format}: objects of ${day}`, ofDay.length, 1);
    const text = lines.map(({ json }) => `${json}\n`).join("");
    for (const { key, body } of ofDay) {
      judge.holds(`${format}: ${key} ends as NDJSON`, key.endsWith(".ndjson.gz"));
      judge.equal(`${format}: events of ${day}`, gunzipSync(body).toString(), text);
    }
  }
}

/** What lies under a key stays, whatever it is. */
async function leavesWhatIsThere(
  { moto, judge }: Stand,
  destination: OpenDestination,
  batch: readonly Line[],
  objects: readonly StoredObject[],
): Promise<void> {
  const { format } = destination;
  for (const { key } of objects) await moto.replace(key, "something else");
  judge.holds(`${format}: once more, it is delivered`, await deliversAll(destination, batch));
  for (const { key, body } of await moto.objects()) {
    if (!objects.some((object) => object.key === key)) continue;
    judge.equal(`${format}: what lay under ${key}`, Buffer.from(body).toString(), "something else");
  }
}

async function findsFaultsOfSettings(stand: Stand): Promise<void> {
  const { kind, moto, judge, nowMs } = stand;
  const right = settingsOf(stand, "faults/", "native");
  const faults = [
    {
      what: "a wrong secret",
      code: "destination_unauthorized",
      settings: { ...right, S3_SECRET_ACCESS_KEY: "wrong" },
    },
    {
      what: "an unknown key",
      code: "destination_unauthorized",
      settings: { ...right, S3_ACCESS_KEY_ID: "AKIAUNKNOWN000000000" },
    },
    {
      what: "no bucket",
      code: "destination_not_found",
      settings: { ...right, S3_URL: `${moto.url}/missing` },
    },
  ];
  for (const { what, code, settings } of faults) {
    const destination = openDestination(kind, settings);
    const batch = await makeBatch(what, destination, nowMs);
    await judge.fails(what, code, () => push(destination, batch));
  }
}
