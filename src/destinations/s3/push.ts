/**
 * Archives events in a bucket, an object for each batch. I/O through its store.
 * Source: AWS, "PutObject" and "Conditional writes".
 */
import type { DestinationLimits, Line, PushAnswer } from "../../engine/ports.ts";
import { utcDay } from "../../engine/time.ts";
import type { FormatName } from "../../event_formats/index.ts";
import type { OpenDestination } from "../kind.ts";
import { ID, LABEL, readAnswer } from "./answer.ts";
import { type KeyParts, objectOf } from "./object.ts";
import type { Store } from "./stores.ts";

/**
 * S3 takes 5 GB at once. Few large objects are read faster than many small ones; but two batches are in
 * memory at a time, for each pipeline, and an isolate has 128 MB.
 */
export const LIMITS: DestinationLimits = {
  targetBytes: 4 * 1024 * 1024,
  maxBytes: 5_000_000_000,
  maxEvents: 50_000,
  maxEventBytes: 5_000_000_000,
  oneDay: true,
};

export class S3Archive implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits = LIMITS;
  readonly format: FormatName;

  constructor(private readonly parts: KeyParts, private readonly store: Store) {
    this.format = parts.format;
  }

  /**
   * Stores the events of one day, that of the first event; the others are left for the next push.
   * @throws {CollectorError} see `readAnswer`, and an `upstream_…` one
   */
  async push(lines: readonly Line[]): Promise<PushAnswer> {
    const day = utcDay(lines[0].timeMs);
    const [ofDay, others] = [true, false].map((wanted) =>
      lines.flatMap(({ timeMs }, index) => (utcDay(timeMs) === day) === wanted ? [index] : [])
    );
    const object = objectOf(ofDay.map((index) => lines[index]), this.parts);
    const stored = readAnswer(await this.store.put(object));
    if (stored === "too large") {
      return { refusedWhole: { status: 413, reason: "it calls the object too large" } };
    }
    return { refused: [], again: stored === "again" ? ofDay : [], unread: others };
  }
}
