/** An audit event as it is sent to a destination: one line, in the format and shape that it wants. Pure. */
import type { OpenDestination } from "../../destinations/kind.ts";
import { lineOf } from "../../engine/batch.ts";
import type { Line, SentEvent } from "../../engine/ports.ts";
import { inFormat } from "../../event_formats/index.ts";
import { eventOf, type Origin, originOf } from "../records/letter_event.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

type Wanted = Pick<OpenDestination, "format" | "shape">;

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
  sent: SentEvent,
  destination: Wanted,
  nowMs: number,
): Line {
  const collectedAtMs = originOf(sent)?.collectedAtMs ?? nowMs;
  return toLine(eventOf(sent), sent.occurrence, destination, collectedAtMs);
}
