/** Joins the engine to the services of one account: all that its runs have in common, but the cursor. */
import { toLine } from "../../engine/batch.ts";
import type { DeadLetters, Limits, Ports, Progress } from "../../engine/ports.ts";
import { PAGE_SIZE } from "../../sources/liveperson/audit.ts";
import { toEvent } from "../../sources/liveperson/event.ts";
import type { SourceRecord } from "../../sources/liveperson/record.ts";
import type { Settings } from "../../pipelines/settings.ts";
import type { Connections } from "./connections.ts";
import type { Platform } from "../platform.ts";
import type { UndeliveredBox } from "../records/undelivered_box.ts";

export type CollectorPorts = Omit<Ports<SourceRecord>, "cursors" | "deadLetters">;

/** What of the collector's own is needed. */
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
  const audit = connections.audit(connections.session(), memory);
  const accountId = settings.LIVEPERSON_ACCOUNT_ID;
  const collectedAtMs = platform.now();
  return {
    source: audit,
    destination: connections.destination(),
    toLine: (record, occurrence) =>
      toLine(toEvent(record, occurrence, accountId, collectedAtMs), occurrence),
    dialect: () => audit.memory,
    mayGoOn: () => connections.mayGoOn(),
    throttled: () => audit.throttled,
    random: platform.random,
    breathe,
  };
}

/** Where a run puts what is refused. The letters belong to the next commit of the cursor of that name. */
export function deadLettersOf(
  box: UndeliveredBox,
  cursor: string,
  progress: Progress,
): DeadLetters {
  const own = box.of(cursor);
  return {
    keep(letter) {
      const occurrence = Number(letter.eventId.split("-").at(-1));
      return own.keep([{ ...letter, occurrence, dead: true }], progress.cursor.revision + 1);
    },
  };
}

/** Lets the event loop turn once. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export function engineLimits({ settings }: Pick<Needed, "settings">): Limits {
  return {
    maxFetch: settings.MAX_FETCH,
    lateArrivalWindowMs: settings.LATE_ARRIVAL_WINDOW,
    pageSize: PAGE_SIZE,
    maxPagesInFlight: MAX_PAGES_IN_FLIGHT,
  };
}
