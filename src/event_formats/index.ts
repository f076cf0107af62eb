/** The formats that an event can be delivered and returned in. Pure. */
import type { AuditEvent } from "../sources/liveperson/event.ts";
import { type EcsEvent, toEcs } from "./ecs.ts";
import { type OcsfEvent, toOcsf } from "./ocsf.ts";

export const FORMATS = ["native", "ecs", "ocsf"] as const;

export type FormatName = (typeof FORMATS)[number];

export type FormattedEvent = AuditEvent | EcsEvent | OcsfEvent;

type Format = (event: AuditEvent, collectedAtMs: number) => FormattedEvent;

const MAKERS: Readonly<Record<FormatName, Format>> = {
  native: (event) => event,
  ecs: toEcs,
  ocsf: toOcsf,
};

/** The event in a format. `collectedAtMs`: epoch milliseconds. */
export function inFormat(
  name: FormatName,
  event: AuditEvent,
  collectedAtMs: number,
): FormattedEvent {
  return MAKERS[name](event, collectedAtMs);
}
