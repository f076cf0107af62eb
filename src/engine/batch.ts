/** Events on their way to the destination, gathered until there are enough to send. Pure. */
import { Buffer } from "node:buffer";

/** What a batch holds of an event: its id, and its one line of JSON. */
export interface Line {
  readonly eventId: string;
  /** Its number among records that are identical to it, from 1. */
  readonly occurrence: number;
  readonly json: string;
  /** Length of `json` in UTF-8 bytes, exactly. */
  readonly bytes: number;
}

export function toLine(event: { readonly event_id: string }, occurrence: number): Line {
  return lineOf(event.event_id, occurrence, JSON.stringify(event));
}

export function lineOf(eventId: string, occurrence: number, json: string): Line {
  return { eventId, occurrence, json, bytes: Buffer.byteLength(json) };
}

/** A batch is sent once it holds this many bytes: XSIAM recommends 1 MiB, uncompressed. */
export const BATCH_TARGET_BYTES = 1024 * 1024;

/** A larger record is never sent: XSIAM takes 5 MB at most. */
export const RECORD_MAX_BYTES = 5_000_000;

export class Batch<L extends Line> {
  #lines: L[] = [];
  #bytes = 0;

  get size(): number {
    return this.#lines.length;
  }

  /** One more record of the largest size still fits below the collector's 10 MiB. */
  get full(): boolean {
    return this.#bytes >= BATCH_TARGET_BYTES;
  }

  add(line: L): void {
    this.#lines.push(line);
    this.#bytes += line.bytes + 1;
  }

  /** Empties the batch and returns what it held. */
  drain(): readonly L[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}
