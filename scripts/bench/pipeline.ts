/**
 * The whole pipeline of an event, without a network: pages are parsed, validated, normalised, numbered
 * and batched by the engine, then serialised and compressed as for XSIAM. Beside it the floor: what
 * any program must do with the same pages. In this process, on its CPU.
 */
import process from "node:process";
import { toLine } from "../../src/engine/batch.ts";
import { firstCursor } from "../../src/engine/cursor.ts";
import { startProgress } from "../../src/engine/ports.ts";
import { run } from "../../src/engine/run.ts";
import { GRAPHQL } from "../../src/liveperson/dialect.ts";
import { toEvent } from "../../src/liveperson/event.ts";
import { readGraphql } from "../../src/liveperson/graphql.ts";
import { toRecord } from "../../src/liveperson/record.ts";
import { encodeBody } from "../../src/xsiam/xsiam.ts";

export const PAGE = 500;

/** Texts of answers, each page showing again the last record of the one before. */
export type Pages = readonly string[];

export async function pipeline(pages: Pages, compression: "gzip" | "none"): Promise<void> {
  const account = "site0";
  await run({
    source: {
      read({ offset }) {
        const text = pages[Math.round(offset / (PAGE - 1))];
        const answer = readGraphql(JSON.parse(text), GRAPHQL);
        if (answer.kind !== "records") throw new Error("A page can't be read.");
        const records = answer.records.map((raw) => toRecord(raw, account));
        return Promise.resolve({ records, readAtMs: Date.now() });
      },
    },
    destination: {
      async push(lines) {
        await encodeBody(lines, compression);
        return { accepted: true };
      },
    },
    cursors: { announce: () => Promise.resolve(), commit: () => Promise.resolve() },
    deadLetters: { keep: () => Promise.resolve() },
    toLine: (record, occurrence) => toLine(toEvent(record, occurrence, account, 0), occurrence),
    dialect: () => GRAPHQL,
    mayGoOn: () => true,
    throttled: () => 0,
    random: () => 0.5,
  }, {
    maxFetch: 1_000_000_000,
    lateArrivalWindowMs: 900_000,
    pageSize: PAGE,
    maxPagesInFlight: 1,
  }, startProgress(firstCursor(0), false));
}

/** Parses the same pages, serialises the same records, and compresses them. */
export async function floor(pages: Pages, compression: "gzip" | "none"): Promise<void> {
  for (const page of pages) {
    const { data } = JSON.parse(page);
    const lines = data.auditData.map((record: unknown) => ({ json: JSON.stringify(record) }));
    await encodeBody(lines, compression);
  }
}

/** CPU of this process for some work, milliseconds. */
export async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
