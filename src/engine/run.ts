/**
 * One run of the engine: new records are read one after another and delivered in batches; the cursor moves
 * past what was acknowledged. All I/O goes through the ports that are passed in.
 */
import type { Cursor } from "./cursor.ts";
import { Delivery, TakenLine } from "./delivery.ts";
import { ListingState } from "./listing_state.ts";
import { newRecords } from "./new_records.ts";
import { PageReader } from "./page_reader.ts";
import type { Limits, Listed, Ports, Source } from "./ports.ts";
import type { Progress } from "./progress.ts";
import type { Reading } from "./reading.ts";

/**
 * Runs until the end of the listing, a limit, or a failure, which is thrown; `progress` shows how far it
 * got.
 */
export async function run<R extends Listed>(
  ports: Ports<R>,
  limits: Limits,
  progress: Progress,
): Promise<void> {
  const state = new ListingState(progress.cursor);
  const reader = new PageReader(ports, limits, progress);
  const position = new Position(state, reader, ports.source, progress.cursor);
  const delivery = new Delivery(ports, progress, () => position.take());
  try {
    await delivery.retryUndelivered();
    try {
      const reading = { reader, state, limits, progress, dealtAt: ports.dealtAt };
      await readAndDeliver(reading, delivery, ports, limits.maxFetch);
    } catch (error) {
      // what was read before a page failed is delivered all the same, or a run might never get any further
      await delivery.finish(() => position.hasMoved || position.hasLearnt);
      throw error;
    }
    await delivery.finish(() => !progress.stored || position.hasMoved || position.hasLearnt);
    if (delivery.accepting) await delivery.retryUndelivered("pushing");
  } finally {
    await reader.close();
    await delivery.settled();
  }
}

async function readAndDeliver<R extends Listed>(
  reading: Reading<R>,
  delivery: Delivery,
  ports: Ports<R>,
  maxFetch: number,
): Promise<void> {
  let taken = 0;
  for await (const records of newRecords(reading)) {
    for (const { record, occurrence, timeMs } of records) {
      const line = ports.toLine(record, occurrence);
      // awaited only when something is sent: there are many records, and few batches
      if (!delivery.hasRoomFor(line)) await delivery.send();
      const seen = { timeMs, fingerprint: record.fingerprint };
      delivery.add(new TakenLine(line, seen, reading.state.deal(seen).late));
      if (delivery.isFull) await delivery.send();
      if (++taken >= maxFetch) return;
    }
  }
}

/** How far reading is, and whether it has made progress since that was last sent along with a batch. */
class Position<R extends Listed> {
  #sentVersion: number;
  #sentMemory: string;

  constructor(
    private readonly state: ListingState,
    private readonly reader: PageReader<R>,
    private readonly source: Source<R>,
    stored: Cursor,
  ) {
    this.#sentVersion = state.version;
    this.#sentMemory = stored.revision === 0
      ? this.#memory()
      : JSON.stringify([stored.pageSize, stored.source]);
  }

  get hasMoved(): boolean {
    return this.state.version !== this.#sentVersion;
  }

  /** Is something known now that spares the next run requests? */
  get hasLearnt(): boolean {
    return this.#memory() !== this.#sentMemory;
  }

  /** The cursor behind everything that was read so far. */
  take(): Omit<Cursor, "revision"> {
    this.#sentVersion = this.state.version;
    this.#sentMemory = this.#memory();
    const { state, reader, source } = this;
    return { ...state.position(), pageSize: reader.size.memory, source: source.memory };
  }

  #memory(): string {
    return JSON.stringify([this.reader.size.memory, this.source.memory]);
  }
}
