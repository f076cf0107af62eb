/**
 * The `liveperson-get-events` command: reads the events of a range, oldest first, and pushes them if asked
 * to. It reads as a collection does, from its own place, which is forgotten afterwards.
 */
import type { OpenDestination } from "../../destinations/kind.ts";
import { Batch, type Line } from "../../engine/batch.ts";
import { firstCursor } from "../../engine/cursor.ts";
import { ListingState } from "../../engine/listing_state.ts";
import { newRecords } from "../../engine/new_records.ts";
import { PageReader } from "../../engine/page_reader.ts";
import { startProgress } from "../../engine/progress.ts";
import type { Reading } from "../../engine/reading.ts";
import { newOutcome, takeApart } from "../../engine/take_apart.ts";
import { CollectorError } from "../../errors.ts";
import { type AuditEvent, toEvent } from "../../sources/liveperson/event.ts";
import type { SourceRecord } from "../../sources/liveperson/record.ts";
import type { PipelineSettings } from "../../pipelines/pipelines.ts";
import { Connections } from "./connections.ts";
import { toLine } from "./event_line.ts";
import { engineLimits, yieldToEventLoop } from "./engine_ports.ts";
import type { Platform } from "../platform.ts";

/** The most events that are returned at once. */
export const MAX_EVENTS = 10_000;

export interface GetEventsArguments {
  /** The most events to return, up to `MAX_EVENTS`. */
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly startMs: number;
  /** Epoch milliseconds, exclusive; left out: up to the newest. */
  readonly endMs?: number;
  readonly push: boolean;
}

export interface FoundEvents {
  readonly events: readonly AuditEvent[];
  readonly pushed: number;
  /** True when the source has more events than were asked for, or than are returned at once. */
  readonly more: boolean;
}

/** What is returned at once ends with the event that exceeds this. An isolate has 128 MB. */
const ENOUGH_CHARACTERS = 8 * 1024 * 1024;
/**
 * It ends before the event that exceeds this, unless that is the first: a value that leaves a Durable Object
 * may have 32 MiB, at two bytes a character.
 */
const MAX_CHARACTERS = 15 * 1024 * 1024;

/** After this many refusals in a row, the destination is assumed to refuse everything. */
const MAX_FRUITLESS = 12;

export async function getEvents(
  settings: PipelineSettings,
  platform: Platform,
  { limit, startMs, endMs, push }: GetEventsArguments,
): Promise<FoundEvents> {
  const connections = await Connections.open(settings, platform, platform.newId());
  const destination = push ? connections.destination() : null;
  const progress = startProgress(firstCursor(startMs), false);
  const source = connections.audit(connections.session(), null);
  const limits = {
    ...engineLimits({ settings }),
    ...(endMs !== undefined && { untilMs: endMs }),
    maxFetch: limit,
    maxPagesInFlight: 1,
  };
  const ports = { source, hasBudget: () => true, clock: platform.now, yieldToEventLoop };
  const reader = new PageReader(ports, limits, progress);
  const state = new ListingState(progress.cursor);
  const collectedAtMs = platform.now();
  const reading = { reader, state, limits, progress };
  const accountId = settings.LIVEPERSON_ACCOUNT_ID;
  const toEventNow = (record: SourceRecord, occurrence: number) =>
    toEvent(record, occurrence, accountId, collectedAtMs);
  const { events, more } = await readSome(reading, toEventNow, limit);
  await reader.close();
  if (destination !== null) {
    await pushAll(events, destination, connections, platform.random, collectedAtMs);
  }
  return { events, pushed: push ? events.length : 0, more };
}

/** Reads as many events as may be returned. `more`: are there more after them? */
async function readSome(
  reading: Reading<SourceRecord>,
  toEventNow: (record: SourceRecord, occurrence: number) => AuditEvent,
  limit: number,
): Promise<{ events: AuditEvent[]; more: boolean }> {
  const events: AuditEvent[] = [];
  let characters = 0;
  for await (const records of newRecords(reading)) {
    for (const { record, occurrence, timeMs } of records) {
      // reading one more than is returned shows whether there are more
      if (events.length === limit || characters > ENOUGH_CHARACTERS) return { events, more: true };
      const event = toEventNow(record, occurrence);
      characters += JSON.stringify(event).length;
      if (events.length > 0 && characters > MAX_CHARACTERS) return { events, more: true };
      reading.state.deal({ timeMs, fingerprint: record.fingerprint });
      events.push(event);
    }
  }
  return { events, more: false };
}

/** Pushes events outside a collection: a refused one is an error here, and is not kept. */
async function pushAll(
  events: readonly AuditEvent[],
  destination: OpenDestination,
  connections: Connections,
  random: () => number,
  collectedAtMs: number,
): Promise<void> {
  const outcome = newOutcome<Line>();
  const options = {
    mayPush: () => connections.upstream.requestsLeft > 0,
    random,
    waitToSendAgain: (times: number) => connections.waitToSendAgain(times),
    maxFruitless: MAX_FRUITLESS,
  };
  const batch = new Batch<Line>(destination.limits);
  const send = () => takeApart(destination, batch.drain(), options, outcome);
  for (const event of events) {
    const line = toLine(event, 1, destination, collectedAtMs);
    if (!batch.takes(line)) await send();
    batch.add(line);
    if (batch.full) await send();
  }
  if (batch.size > 0) await send();
  const [refusal] = outcome.refused;
  if (refusal === undefined) return;
  const { id, label } = destination;
  const nothing = outcome.delivered.length === 0;
  throw new CollectorError(
    nothing ? "destination_refuses_everything" : "destination_refuses_events",
    {
      detail:
        `${outcome.delivered.length} of ${events.length} events were pushed. ${label} answered ` +
        `${refusal.status} to the other ${outcome.refused.length}: ${refusal.reason}.`,
      upstream: { name: id, status: refusal.status },
    },
  );
}
