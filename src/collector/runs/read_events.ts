/**
 * The `liveperson-get-events` command: reads events from a time on, oldest first, and pushes them if
 * asked to. It is a run of the engine whose cursor is thrown away.
 */
import type { OpenDestination } from "../../destinations/kind.ts";
import { Batch, type Line, toLine } from "../../engine/batch.ts";
import { firstCursor } from "../../engine/cursor.ts";
import { deliver, type Settled } from "../../engine/deliver.ts";
import { startProgress } from "../../engine/ports.ts";
import { run } from "../../engine/run.ts";
import { CollectorError } from "../../errors.ts";
import { PAGE_SIZE } from "../../sources/liveperson/audit.ts";
import { type AuditEvent, toEvent } from "../../sources/liveperson/event.ts";
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import { Connections } from "./connections.ts";
import { breathe } from "./engine_ports.ts";
import type { Platform } from "../platform.ts";

export interface GetEventsArguments {
  /** The most events to return. */
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly push: boolean;
}

export interface FoundEvents {
  readonly events: readonly AuditEvent[];
  readonly pushed: number;
  /** True when the source has more events than were asked for, or than are returned at once. */
  readonly more: boolean;
}

/**
 * What is returned at once ends with the event that exceeds this. An isolate has 128 MB, and a value
 * that leaves a Durable Object may have 32 MiB, at two bytes a character.
 */
const MAX_CHARACTERS = 8 * 1024 * 1024;

export async function getEvents(
  settings: PipelineSettings,
  platform: Platform,
  { limit, startMs, push }: GetEventsArguments,
): Promise<FoundEvents> {
  const connections = await Connections.open(settings, platform, platform.newId());
  const destination = push ? connections.destination() : null;
  const found = new FoundList();
  const progress = startProgress(firstCursor(startMs), false);
  const collectedAtMs = platform.now();
  await run({
    source: connections.audit(connections.session(), null),
    destination: { push: () => Promise.resolve({ accepted: true }) },
    cursors: { announce: () => Promise.resolve(), commit: () => Promise.resolve() },
    deadLetters: { keep: () => Promise.resolve() },
    toLine(record, occurrence) {
      found.add(toEvent(record, occurrence, settings.LIVEPERSON_ACCOUNT_ID, collectedAtMs));
      return { eventId: "", occurrence, json: "", bytes: 0 };
    },
    dialect: () => null,
    mayGoOn: () => !found.full,
    throttled: () => 0,
    random: platform.random,
    breathe,
  }, {
    // one more than asked for tells whether there are more
    maxFetch: limit + 1,
    lateArrivalWindowMs: settings.LATE_ARRIVAL_WINDOW,
    pageSize: PAGE_SIZE,
    maxPagesInFlight: 1,
  }, progress);
  const events = found.events.slice(0, limit);
  if (destination !== null) await pushAll(events, destination, platform.random);
  return {
    events,
    pushed: push ? events.length : 0,
    more: progress.more || found.count > events.length,
  };
}

/** The events that were found, as far as they are returned. */
class FoundList {
  readonly events: AuditEvent[] = [];
  count = 0;
  #characters = 0;

  get full(): boolean {
    return this.#characters > MAX_CHARACTERS;
  }

  add(event: AuditEvent): void {
    this.count++;
    if (this.full) return;
    this.events.push(event);
    this.#characters += JSON.stringify(event).length;
  }
}

/** Pushes events outside a collection: a refused one is an error here, and not dead-lettered. */
async function pushAll(
  events: readonly AuditEvent[],
  destination: OpenDestination,
  random: () => number,
): Promise<void> {
  const settled: Settled<Line> = { delivered: [], refused: [], accepting: false };
  const batch = new Batch<Line>();
  for (const [index, event] of events.entries()) {
    batch.add(toLine(event, 1));
    if (!batch.full && index < events.length - 1) continue;
    await deliver(destination, batch.drain(), settled, random);
  }
  if (settled.refused.length === 0) return;
  const [{ status, reason }] = settled.refused;
  throw new CollectorError("destination_refuses_events", {
    detail:
      `${settled.delivered.length} of ${events.length} events were pushed. ${destination.label} answered ` +
      `${status} to the other ${settled.refused.length}: ${reason}.`,
    upstream: { name: destination.id, status },
  });
}
