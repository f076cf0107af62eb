/**
 * The whole pipeline of an event, without a network: pages are parsed, validated, normalised, numbered
 * and batched by the engine, then serialised and compressed as for XSIAM. Beside it the floor: what
 * any program must do with the same pages. Runs on both hosts.
 */
import { gzipSync } from "node:zlib";
import { toLine } from "../../src/collector/runs/event_line.ts";
import type { Digest } from "../../src/digest.ts";
import type { Line } from "../../src/engine/batch.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import type { Page } from "../../src/engine/ports.ts";
import { startProgress } from "../../src/engine/progress.ts";
import { run } from "../../src/engine/run.ts";
import { GRAPHQL } from "../../src/sources/liveperson/dialect.ts";
import { toEvent } from "../../src/sources/liveperson/event.ts";
import { readGraphql } from "../../src/sources/liveperson/graphql.ts";
import { type SourceRecord, toRecords } from "../../src/sources/liveperson/record.ts";
import { encodeBody, LIMITS } from "../../src/destinations/xsiam/push.ts";

export type Compression = "gzip" | "none";

/** A listing of records in JSON, and the texts of the answers that show it. Each is made once. */
export class Listing {
  readonly #texts = new Map<string, string>();

  /** `pageSize`: records that a full page has. */
  constructor(readonly records: readonly string[], readonly pageSize: number) {}

  /** The answer that shows records from an offset on. */
  text(offset: number, first: number): string {
    const key = `${offset} ${first}`;
    const made = this.#texts.get(key);
    if (made !== undefined) return made;
    const text = `{"data":{"auditData":[${this.records.slice(offset, offset + first).join()}]}}`;
    this.#texts.set(key, text);
    return text;
  }

  /** The fewest answers that show everything. */
  *pages(): Generator<string> {
    const { records, pageSize } = this;
    for (let at = 0; at < records.length; at += pageSize) yield this.text(at, pageSize);
  }
}

const ACCOUNT = "site0";

/** `tell` is given the lines of each batch. */
export async function pipeline(
  listing: Listing,
  compression: Compression,
  digest: Digest,
  tell?: (lines: readonly Line[]) => void,
): Promise<void> {
  const nothing = () => Promise.resolve();
  await run({
    source: {
      scope: "bench",
      memory: null,
      throttled: 0,
      isPageFailure: () => false,
      async read({ offset, first }): Promise<Page<SourceRecord>> {
        const answer = readGraphql(JSON.parse(listing.text(offset, first)), GRAPHQL, 0);
        if (answer.kind !== "records") throw new Error("A page can't be read.");
        return { records: await toRecords(answer.records, ACCOUNT, digest), readAtMs: Date.now() };
      },
    },
    destination: {
      id: "xsiam",
      label: "XSIAM",
      limits: LIMITS,
      push(lines) {
        tell?.(lines);
        encodeBody(lines, compression);
        return Promise.resolve({ refused: [], again: [] });
      },
    },
    cursors: { markInFlight: nothing, commit: nothing },
    undelivered: {
      keep: nothing,
      due: () => Promise.resolve([]),
      noteTaken: () => {},
      remove: nothing,
      refusedAgain: nothing,
      setAside: { events: 0, bytes: 0, sinceMs: null },
    },
    toLine: (record, occurrence) =>
      toLine(toEvent(record, occurrence, ACCOUNT, 0), occurrence, { format: "native" }, 0),
    hasBudget: () => true,
    waitToSendAgain: () => Promise.resolve(true),
    clock: Date.now,
    random: () => 0.5,
    yieldToEventLoop: nothing,
  }, {
    maxFetch: 1_000_000_000,
    lateArrivalWindowMs: 900_000,
    pageSize: listing.pageSize,
    smallestPage: 2,
    maxPagesInFlight: 1,
  }, startProgress(firstCursor(0), false));
}

/** The events of a listing, by batch, as objects that a parser made. */
export async function eventsOf(listing: Listing, digest: Digest): Promise<readonly unknown[][]> {
  const batches: unknown[][] = [];
  await pipeline(listing, "none", digest, (lines) => {
    batches.push(lines.map((line) => JSON.parse(line.json)));
  });
  return batches;
}

/** Parses the same listing, serialises the same events, and compresses them as is usual. */
export function floor(
  listing: Listing,
  batches: readonly unknown[][],
  compression: Compression,
): void {
  for (const text of listing.pages()) JSON.parse(text);
  for (const events of batches) {
    const body = events.map((event) => JSON.stringify(event)).join("\n");
    if (compression === "gzip") gzipSync(body);
  }
}
