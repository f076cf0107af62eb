/** Splunk's HTTP event collector protocol as VictoriaLogs understands it. */
import { FORMATS } from "../../../src/event_formats/index.ts";
import type { AnyKind } from "../../../src/destinations/kind.ts";
import type { Line } from "../../../src/engine/ports.ts";
import { makeBatch } from "../batches.ts";
import { Judge } from "../judge.ts";
import { checkConnection, deliversAll, openDestination } from "../pushing.ts";
import { startVictoriaLogs, type StoredRow, type VictoriaLogs } from "../receivers/victorialogs.ts";
import type { Compared, CompareOptions, Comparison } from "./comparison.ts";

export const hec: Comparison = {
  id: "victorialogs",
  receiver: "VictoriaLogs",
  destination: "hec",
  compare,
};

async function compare(kind: AnyKind, { cacheFolder, nowMs }: CompareOptions): Promise<Compared> {
  await using victoriaLogs = await startVictoriaLogs(cacheFolder);
  const judge = new Judge();
  for (const format of FORMATS) await takesWhatItIsSent(kind, victoriaLogs, judge, format, nowMs);
  return { version: victoriaLogs.version, disagreements: judge.disagreements };
}

/** The protocol does not detect repeats: a batch that is sent twice is stored twice. */
async function takesWhatItIsSent(
  kind: AnyKind,
  victoriaLogs: VictoriaLogs,
  judge: Judge,
  format: string,
  nowMs: number,
): Promise<void> {
  const envelope = {
    host: "conformance-host",
    source: "conformance-source",
    sourcetype: `conformance:${format}`,
    index: "conformance-index",
  };
  const settings = {
    HEC_URL: victoriaLogs.url,
    HEC_TOKEN: "00000000-0000-4000-8000-000000000000",
    HEC_HOST: envelope.host,
    HEC_SOURCE: envelope.source,
    HEC_SOURCETYPE: envelope.sourcetype,
    HEC_INDEX: envelope.index,
    HEC_FORMAT: format,
  };
  const destination = openDestination(kind, settings);
  const batch = await makeBatch("sent twice", destination, nowMs);
  await checkConnection(kind, settings);
  for (const times of [1, 2]) {
    judge.holds(`${format}: a batch is delivered`, await deliversAll(destination, batch));
    const rows = await victoriaLogs.rows("sourcetype", envelope.sourcetype, times * batch.length);
    judge.equal(`${format}: rows, sent ${times} times`, rows.length, times * batch.length);
    for (const line of batch) compareRows(judge, format, rows, line, times, envelope);
  }
}

function compareRows(
  judge: Judge,
  format: string,
  rows: readonly StoredRow[],
  { eventId, json, timeMs }: Line,
  times: number,
  envelope: StoredRow,
): void {
  const found = rows.filter((row) => row["fields.event_id"] === eventId);
  judge.equal(`${format}: rows of ${eventId}, sent ${times} times`, found.length, times);
  for (const row of found) {
    judge.equal(`${format}: content of ${eventId}`, JSON.parse(row._msg), JSON.parse(json));
    judge.equal(`${format}: time of ${eventId}`, Date.parse(row._time), timeMs);
    for (const [name, value] of Object.entries(envelope)) {
      judge.equal(`${format}: ${name} of ${eventId}`, row[name], value);
    }
  }
}
