/** Events on their way to the destination, gathered until there are enough to send. Pure. */
import { Buffer } from "node:buffer";
import type { DestinationLimits, Line, SentEvent } from "./ports.ts";
import { utcDay } from "./time.ts";

export type { Line };

export function lineOf({ eventId, occurrence, timeMs, json, origin }: SentEvent): Line {
  const line = { eventId, occurrence, timeMs, json, bytes: Buffer.byteLength(json) };
  return origin === undefined ? line : { ...line, origin };
}

export class Batch<L extends Line> {
  #lines: L[] = [];
  #bytes = 0;
  readonly #envelopeBytes: number;

  constructor(private readonly limits: DestinationLimits) {
    this.#envelopeBytes = limits.envelopeBytes ?? 1;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Is it large enough to be sent? */
  get full(): boolean {
    return this.#bytes >= this.limits.targetBytes || this.#lines.length >= this.limits.maxEvents;
  }

  /** May the event be sent with those gathered so far? */
  takes({ bytes, timeMs }: Line): boolean {
    const [first] = this.#lines;
    if (first === undefined) return true;
    const isOfDay = !this.limits.oneDay || utcDay(timeMs) === utcDay(first.timeMs);
    return isOfDay && this.hasRoomFor(bytes);
  }

  /** Would the destination still accept the batch with this many more bytes? */
  hasRoomFor(bytes: number): boolean {
    return this.#lines.length === 0 ||
      this.#bytes + bytes + this.#envelopeBytes <= this.limits.maxBytes;
  }

  add(line: L): void {
    this.#lines.push(line);
    this.#bytes += line.bytes + this.#envelopeBytes;
  }

  /** Empties the batch and returns what it held. */
  drain(): readonly L[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    return lines;
  }
}
