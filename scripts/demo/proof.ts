/**
 * The demo's proof: XSIAM got what LivePerson has, each event exactly once. It compares contents, record
 * by record, and counts how often each event_id was stored. Pure.
 */
import type { AuditRecord } from "../simulators/records.ts";

export interface Proof {
  /** Records that LivePerson shows. */
  readonly inLivePerson: number;
  /** Events that XSIAM stored, repeats included. */
  readonly inXsiam: number;
  /** Records without an event. */
  readonly missing: number;
  /** Events without a record. */
  readonly unknown: number;
  /** Events whose event_id had been stored before. */
  readonly repeated: number;
}

type Event = Readonly<Record<string, unknown>>;

export function compare(
  records: readonly AuditRecord[],
  events: readonly Event[],
  deliveries: ReadonlyMap<string, number>,
): Proof {
  const open = new Map<string, number>();
  for (const record of records) add(open, recordContent(record), 1);
  for (const event of events) add(open, eventContent(event), -1);
  const differences = [...open.values()];
  return {
    inLivePerson: records.length,
    inXsiam: events.length,
    missing: sum(differences.filter((value) => value > 0)),
    unknown: sum(differences.filter((value) => value < 0).map(Math.abs)),
    repeated: sum([...deliveries.values()].map((times) => times - 1)),
  };
}

/** True when each record was delivered, once, and nothing else was. */
export function holds({ missing, unknown, repeated }: Proof): boolean {
  return missing === 0 && unknown === 0 && repeated === 0;
}

function recordContent(record: AuditRecord): string {
  return JSON.stringify([
    new Date(record.changeTimestampMs).toISOString(),
    record.objectType,
    record.objectName,
    record.actionType,
    record.element,
    record.oldValue,
    record.newValue,
    record.originatorUserId,
  ]);
}

function eventContent(event: Event): string {
  return JSON.stringify([
    event._time,
    event.objectTypeLabel,
    event.objectName,
    event.actionType,
    event.element,
    event.oldValue,
    event.newValue,
    event.userId,
  ]);
}

function add(counts: Map<string, number>, key: string, value: number): void {
  counts.set(key, (counts.get(key) ?? 0) + value);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
