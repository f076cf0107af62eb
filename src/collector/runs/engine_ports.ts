/**
 * Connects the engine with the services of one account: everything that its runs have in common except the
 * cursor.
 */
import type { Limits, Ports } from "../../engine/ports.ts";
import { PAGE_SIZE, SMALLEST_PAGE } from "../../sources/liveperson/audit.ts";
import { toEvent } from "../../sources/liveperson/event.ts";
import type { SourceRecord } from "../../sources/liveperson/record.ts";
import type { Settings } from "../../pipelines/settings.ts";
import type { Connections } from "./connections.ts";
import { toLine, toLineAgain } from "./event_line.ts";
import type { Platform } from "../platform.ts";

export type CollectorPorts = Omit<Ports<SourceRecord>, "cursors" | "undelivered">;

/** What is needed from the collector itself. */
interface Needed {
  readonly settings: Settings;
  readonly platform: Platform;
}

/** The most audit requests in flight at once. */
const MAX_PAGES_IN_FLIGHT = 4;

/**
 * `memory`: the source's own, as the cursor holds it.
 * @throws {CollectorError} `destination_not_configured`
 */
export function enginePorts(
  { settings, platform }: Needed,
  connections: Connections,
  memory: unknown,
): CollectorPorts {
  const accountId = settings.LIVEPERSON_ACCOUNT_ID;
  const collectedAtMs = platform.now();
  const destination = connections.destination();
  return {
    source: connections.auditToPush(memory),
    destination,
    toLine(record, occurrence) {
      const event = toEvent(record, occurrence, accountId, collectedAtMs);
      return toLine(event, occurrence, destination, collectedAtMs);
    },
    toLineAgain: (event) => toLineAgain(event, destination, collectedAtMs),
    hasBudget: (purpose) => connections.hasBudget(purpose),
    waitToSendAgain: (times) => connections.waitToSendAgain(times),
    clock: platform.now,
    random: platform.random,
    yieldToEventLoop,
  };
}

/** Lets the event loop turn once. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export function engineLimits({ settings }: Pick<Needed, "settings">): Limits {
  return {
    maxFetch: settings.MAX_FETCH,
    lateArrivalWindowMs: settings.LATE_ARRIVAL_WINDOW,
    pageSize: PAGE_SIZE,
    smallestPage: SMALLEST_PAGE,
    maxPagesInFlight: MAX_PAGES_IN_FLIGHT,
  };
}
