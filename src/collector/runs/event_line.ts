/** An audit event as it is sent to a destination: one line, in the format and shape that it wants. Pure. */
import type { OpenDestination } from "../../destinations/kind.ts";
import { lineOf } from "../../engine/batch.ts";
import type { Line } from "../../engine/ports.ts";
import { inFormat } from "../../event_formats/index.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

/** `occurrence`: the record's number among identical ones, from 1. */
export function toLine(
  event: AuditEvent,
  occurrence: number,
  destination: Pick<OpenDestination, "format" | "shape">,
  collectedAtMs: number,
): Line {
  const formatted = inFormat(destination.format, event, collectedAtMs);
  return lineOf({
    eventId: event.event_id,
    occurrence,
    timeMs: Date.parse(event._time),
    json: JSON.stringify(destination.shape?.(formatted, event) ?? formatted),
  });
}
