/** An audit event as it is sent to a destination: one line, in the format and shape that it wants. Pure. */
import type { OpenDestination } from "../../destinations/kind.ts";
import { lineOf } from "../../engine/batch.ts";
import type { Line, SentEvent } from "../../engine/ports.ts";
import { inFormat } from "../../event_formats/index.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

type Wanted = Pick<OpenDestination, "format" | "shape">;

/** What a line was made of. It is left out of lines that are the event itself, as JSON. */
interface Origin {
  readonly event: AuditEvent;
  readonly collectedAtMs: number;
}

/** `occurrence`: the record's number among identical ones, from 1. */
export function toLine(
  event: AuditEvent,
  occurrence: number,
  destination: Wanted,
  collectedAtMs: number,
): Line {
  const formatted = inFormat(destination.format, event, collectedAtMs);
  const shaped = destination.shape?.(formatted, event) ?? formatted;
  const origin: Origin = { event, collectedAtMs };
  return lineOf({
    eventId: event.event_id,
    occurrence,
    timeMs: Date.parse(event._time),
    json: JSON.stringify(shaped),
    ...(shaped !== event && { origin }),
  });
}

/**
 * The line of an event that was refused before, as the destination wants it now: the setting of its format
 * may have been the reason. `nowMs`: epoch milliseconds.
 */
export function toLineAgain(
  { occurrence, json, origin }: SentEvent,
  destination: Wanted,
  nowMs: number,
): Line {
  const { event, collectedAtMs } = origin as Origin | undefined ??
    { event: JSON.parse(json) as AuditEvent, collectedAtMs: nowMs };
  return toLine(event, occurrence, destination, collectedAtMs);
}
