/** What a line to push was made of, which is kept with it: the audit event, whatever format it was sent in. Pure. */
import type { SentEvent } from "../../engine/ports.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

/** It is left out of lines that are the event itself, as JSON. */
export interface Origin {
  readonly event: AuditEvent;
  readonly collectedAtMs: number;
}

/** Null for a line that is the event itself. */
export function originOf({ origin }: SentEvent): Origin | null {
  return origin as Origin | undefined ?? null;
}

/** The event that a line was made of. */
export function eventOf(sent: SentEvent): AuditEvent {
  return originOf(sent)?.event ?? JSON.parse(sent.json) as AuditEvent;
}
