/** The formats that an event can be delivered and returned in. Pure. */
import type { AuditEvent } from "../sources/liveperson/event.ts";

export const FORMATS = ["native"] as const;

export type FormatName = (typeof FORMATS)[number];

type Format = (event: AuditEvent, collectedAtMs: number) => Readonly<Record<string, unknown>>;

const MAKERS: Readonly<Record<FormatName, Format>> = {
  native: (event) => event,
};

/** The event in a format. `collectedAtMs`: epoch milliseconds. */
export function inFormat(
  name: FormatName,
  event: AuditEvent,
  collectedAtMs: number,
): Readonly<Record<string, unknown>> {
  return MAKERS[name](event, collectedAtMs);
}
