/** Events to push: plain ones and the hardest that the source may give. Pure, but for the digest. */
import { webDigest } from "../../src/digest.ts";
import type { OpenDestination } from "../../src/destinations/kind.ts";
import type { Line } from "../../src/engine/ports.ts";
import { toLine } from "../../src/collector/runs/event_line.ts";
import { toEvent } from "../../src/sources/liveperson/event.ts";
import { type RawRecord, toRecords } from "../../src/sources/liveperson/record.ts";
import { generateRecords } from "../simulators/records.ts";

export const ACCOUNT = "12345678";

const DAY_MS = 86_400_000;
const PLAIN_EVENTS = 20;
/** Longer than the longest term of an index, in bytes. */
const LONG_VALUE = 40_000;

/** A batch for a destination: changes of the day before. `name` makes its events differ from other batches'. */
export async function makeBatch(
  name: string,
  destination: OpenDestination,
  nowMs: number,
): Promise<readonly Line[]> {
  const raw = [...plainRecords(nowMs), ...hardRecords(nowMs)]
    .map((record) => ({ ...record, objectName: `${record.objectName} (${name})` }));
  const records = await toRecords(raw, ACCOUNT, webDigest);
  return records.map((record) => toLine(toEvent(record, 1, ACCOUNT, nowMs), 1, destination, nowMs));
}

function plainRecords(nowMs: number): RawRecord[] {
  return generateRecords({
    seed: 12,
    count: PLAIN_EVENTS,
    fromMs: nowMs - DAY_MS,
    toMs: nowMs,
    accountId: ACCOUNT,
  }).map(({ changeTimestampMs, automatic: _, ...record }) => ({
    ...record,
    changeDate: new Date(changeTimestampMs).toISOString(),
  }));
}

/** Odd in one way each. */
function hardRecords(nowMs: number): RawRecord[] {
  const usual = { ...plainRecords(nowMs)[0] };
  return [
    { ...usual, element: "other writing", newValue: "Zoë 東京 🙂 \u202e \u0000 \ud83d" },
    { ...usual, element: "quotes", newValue: 'a "quote", a \\ and\r\na second line\ttab' },
    { ...usual, element: "long", oldValue: "", newValue: "x".repeat(LONG_VALUE) },
    { ...usual, element: "nothing", oldValue: null, newValue: null, originatorLoginName: null },
    { ...usual, element: "looks like something else", oldValue: "2026-13-45", newValue: "1e999" },
    { ...usual, element: "further fields", unknown: { deep: [1, { deeper: true }] } },
    { ...usual, element: "no date", changeDate: "the day before yesterday" },
    { ...usual, element: "user", objectType: "USER" },
    { ...usual, element: "group", objectType: "AGENT_GROUP", actionType: "DELETE" },
  ];
}
