/**
 * The audit trail of one account: records in memory, sorted by time and then by arrival, listed in
 * pages. Pure apart from its own memory; the time of day is an argument. Offsets stay cheap in a
 * million records, because what a listing may show is computed once and kept until a record arrives
 * or a late one becomes visible.
 */

import type { AuditRecord } from "./records.ts";
import { orderTies, type TieOrder } from "./tie_order.ts";

/** The direction of a listing: oldest first, or newest first. */
export type Direction = "ASC" | "DESC";

/** What to list. */
export interface AuditQuery {
  /** Only records of this time (epoch milliseconds) and later. */
  readonly fromMs?: number | undefined;
  /** Only records before this time (epoch milliseconds). */
  readonly toMs?: number | undefined;
  /** The simulator's clock, in epoch milliseconds: decides which late arrivals show. */
  readonly nowMs: number;
  /** Whether changes by LivePerson's own staff show. */
  readonly lpa: boolean;
  /** Whether automatic changes show. */
  readonly automaticUpdates: boolean;
  readonly direction: Direction;
  /** How many records to pass over. */
  readonly offset: number;
  /** The most records to return. */
  readonly first: number;
  /** Only what was listed at this time already (epoch milliseconds): a replica is behind. It costs a pass over everything. */
  readonly asOfMs?: number | undefined;
  /** The order of records of one time. Default: as they arrived. */
  readonly tieOrder?: TieOrder | undefined;
  /** A further filter; it costs a pass over the whole range. */
  readonly matches?: ((record: AuditRecord) => boolean) | undefined;
}

/** One page, and how many records match in all. */
interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly total: number;
}

/** What a listing may show, valid from `fromMs` until `untilMs` of the simulator's clock. */
interface View {
  readonly records: readonly AuditRecord[];
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * With more late records than this, sorting everything again is cheaper than inserting one by one.
 */
const MAX_INSERTS = 32;

export class AuditLog {
  #records: AuditRecord[] = [];
  readonly #views = new Map<string, View>();
  #reads = 0;

  /** How many records the log holds, hidden ones included. */
  get size(): number {
    return this.#records.length;
  }

  /** Adds records, in any order. Records of the same time keep the order of their arrival. */
  add(records: Iterable<AuditRecord>): void {
    const late: AuditRecord[] = [];
    let newestMs = this.#records.at(-1)?.changeTimestampMs ?? -Infinity;
    for (const record of records) {
      if (record.changeTimestampMs < newestMs) {
        late.push(record);
      } else {
        this.#records.push(record);
        newestMs = record.changeTimestampMs;
      }
    }
    if (late.length > MAX_INSERTS) {
      this.#records = this.#records.concat(late)
        .sort((a, b) => a.changeTimestampMs - b.changeTimestampMs);
    } else {
      for (const record of late) {
        const at = firstIndex(
          this.#records,
          (other) => other.changeTimestampMs > record.changeTimestampMs,
        );
        this.#records.splice(at, 0, record);
      }
    }
    this.#views.clear();
  }

  /** One page of the records that `query` asks for. */
  list(query: AuditQuery): AuditPage {
    const { fromMs = -Infinity, toMs = Infinity, direction, offset, first, asOfMs } = query;
    let records = this.#view(query);
    if (asOfMs !== undefined) records = records.filter((record) => shownSinceMs(record) <= asOfMs);
    let start = firstIndex(records, (record) => record.changeTimestampMs >= fromMs);
    let end = Math.max(start, firstIndex(records, (record) => record.changeTimestampMs >= toMs));
    if (query.matches) {
      records = records.slice(start, end).filter(query.matches);
      [start, end] = [0, records.length];
    }
    const total = end - start;
    const [from, to] = direction === "ASC"
      ? [Math.min(start + offset, end), Math.min(start + offset + first, end)]
      : [Math.max(end - offset - first, start), Math.max(end - offset, start)];
    const page = this.#slice(records, from, to, query);
    return { records: direction === "ASC" ? page : page.reverse(), total };
  }

  /** The records from one index to another, if those of one time are put into the query's order. */
  #slice(
    records: readonly AuditRecord[],
    from: number,
    to: number,
    { tieOrder = "stable", offset, first }: AuditQuery,
  ): AuditRecord[] {
    const read = this.#reads++;
    if (tieOrder === "stable" || from >= to) return records.slice(from, to);
    const firstMs = records[from]!.changeTimestampMs;
    const lastMs = records[to - 1]!.changeTimestampMs;
    const start = firstIndex(records, (record) => record.changeTimestampMs >= firstMs);
    const end = firstIndex(records, (record) => record.changeTimestampMs > lastMs);
    const instants = Map.groupBy(records.slice(start, end), (record) => record.changeTimestampMs);
    return [...instants.values()]
      .flatMap((ties) => orderTies(ties, tieOrder, { offset, first, read }))
      .slice(from - start, to - start);
  }

  #view(
    { nowMs, lpa, automaticUpdates }: Pick<AuditQuery, "nowMs" | "lpa" | "automaticUpdates">,
  ): readonly AuditRecord[] {
    const key = `${lpa} ${automaticUpdates}`;
    let view = this.#views.get(key);
    if (view === undefined || nowMs < view.fromMs || nowMs >= view.untilMs) {
      let untilMs = Infinity;
      const records = this.#records.filter((record) => {
        if (record.originatorIsLpa && !lpa) return false;
        if (record.automatic && !automaticUpdates) return false;
        const { visibleAtMs } = record;
        if (visibleAtMs === undefined || visibleAtMs <= nowMs) return true;
        untilMs = Math.min(untilMs, visibleAtMs);
        return false;
      });
      this.#views.set(key, view = { records, fromMs: nowMs, untilMs });
    }
    return view.records;
  }
}

function shownSinceMs({ visibleAtMs, changeTimestampMs }: AuditRecord): number {
  return visibleAtMs ?? changeTimestampMs;
}

/** The first index whose record passes `test`, where all that pass come after all that don't. */
function firstIndex(
  records: readonly AuditRecord[],
  test: (record: AuditRecord) => boolean,
): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(records[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
