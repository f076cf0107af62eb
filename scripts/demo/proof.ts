/**
 * The demo's proof: a destination got what LivePerson has, each event exactly once. It compares contents,
 * record by record, and counts how often each event_id was stored. Pure.
 */
import { STORED_FIELDS, type StoredEvent } from "../simulators/destinations/destination.ts";
import type { AuditRecord } from "../simulators/records.ts";

export interface Proof {
  /** Records that LivePerson shows. */
  readonly inLivePerson: number;
  /** Events that the destination stored, repeats included. */
  readonly inDestination: number;
  /** Records without an event. */
  readonly missing: number;
  /** Events without a record. */
  readonly unknown: number;
  /** Events whose event_id had been stored before. */
  readonly repeated: number;
}

export function compare(
  records: readonly AuditRecord[],
  events: readonly StoredEvent[],
  deliveries: ReadonlyMap<string, number>,
): Proof {
  const open = new Map<string, number>();
  for (const record of records) add(open, contentOf(expectedEvent(record)), 1);
  for (const event of events) add(open, contentOf(event), -1);
  const differences = [...open.values()];
  return {
    inLivePerson: records.length,
    inDestination: events.length,
    missing: sum(differences.filter((value) => value > 0)),
    unknown: sum(differences.filter((value) => value < 0).map(Math.abs)),
    repeated: sum([...deliveries.values()].map((times) => times - 1)),
  };
}

/** True when each record was delivered, once, and nothing else was. */
export function holds({ missing, unknown, repeated }: Proof): boolean {
  return missing === 0 && unknown === 0 && repeated === 0;
}

function expectedEvent(record: AuditRecord): StoredEvent {
  return {
    _time: new Date(record.changeTimestampMs).toISOString(),
    objectTypeLabel: record.objectType,
    objectName: record.objectName,
    actionType: record.actionType,
    element: record.element,
    oldValue: record.oldValue,
    newValue: record.newValue,
    userId: record.originatorUserId,
  };
}

function contentOf(event: StoredEvent): string {
  return JSON.stringify(STORED_FIELDS.map((field) => event[field]));
}

function add(counts: Map<string, number>, key: string, value: number): void {
  counts.set(key, (counts.get(key) ?? 0) + value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
