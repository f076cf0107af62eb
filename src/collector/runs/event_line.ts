/** An audit event as it is sent to a destination: one line, in the format that it wants. Pure. */
import { lineOf } from "../../engine/batch.ts";
import type { Line } from "../../engine/ports.ts";
import { type FormatName, inFormat } from "../../event_formats/index.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

/** `occurrence`: the record's number among identical ones, from 1. */
export function toLine(
  event: AuditEvent,
  occurrence: number,
  format: FormatName,
  collectedAtMs: number,
): Line {
  return lineOf({
    eventId: event.event_id,
    occurrence,
    timeMs: Date.parse(event._time),
    json: JSON.stringify(inFormat(format, event, collectedAtMs)),
  });
}
