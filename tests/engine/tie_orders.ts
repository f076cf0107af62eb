/** Orders in which a source may show records of one time. No SQL source promises any. */
import type { WorldRecord } from "./world.ts";

export interface Query {
  readonly offset: number;
  readonly first: number;
  /** The number of the read. */
  readonly read: number;
}

type Order = (rows: readonly WorldRecord[], query: Query) => WorldRecord[];

export const ORDERS = {
  stable: (rows) => byKey(rows, ({ content, uid }) => (content * 7) % 5 + uid / 1000),
  /** Another order for another LIMIT and OFFSET. */
  "by query": (rows, { offset, first }) => byKey(rows, ({ uid }) => mix(uid, offset + first)),
  /** Two replicas, each with its own. */
  replicas: (rows, { read }) => byKey(rows, ({ uid }) => mix(uid, mix(read, 77) % 2)),
  "by chance": (rows, { read }) => byKey(rows, ({ uid }) => mix(uid, read + 1000)),
  /** As a bounded heap gives it, which PostgreSQL sorts with when only the first rows are asked for. */
  "bounded heap": (rows, { offset, first }) => boundedHeap(rows, offset + first),
} as const satisfies Record<string, Order>;

/** No order at all: any two neighbours may be the wrong way round. */
export const outOfOrder: Order = (rows) =>
  byKey(rows, () => 0).flatMap((row, i, all) => {
    const isFirst = i % 2 === 0;
    return isFirst && i + 1 < all.length ? [all[i + 1]] : [isFirst ? row : all[i - 1]];
  });

export type TieOrder = keyof typeof ORDERS;

function byKey(rows: readonly WorldRecord[], key: (record: WorldRecord) => number): WorldRecord[] {
  return rows.map((row) => ({ row, at: key(row) }))
    .sort((a, b) => a.row.timeMs - b.row.timeMs || a.at - b.at || a.row.uid - b.row.uid)
    .map(({ row }) => row);
}

function mix(a: number, b: number): number {
  let hash = Math.imul(a + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x7f4a7c15, 0xc2b2ae35);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x5bd1e995);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Keeps the oldest `bound` rows in a heap with the newest on top, and empties it from there. */
function boundedHeap(rows: readonly WorldRecord[], bound: number): WorldRecord[] {
  const arrived = [...rows].sort((a, b) => a.visibleAtMs - b.visibleAtMs || a.uid - b.uid);
  if (arrived.length <= 2 * bound) return arrived.sort((a, b) => a.timeMs - b.timeMs);
  const heap: WorldRecord[] = [];
  for (const row of arrived) {
    if (heap.length < bound) {
      heap.push(row);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (heap[parent].timeMs >= heap[at].timeMs) break;
        [heap[parent], heap[at]] = [heap[at], heap[parent]];
        at = parent;
      }
    } else if (bound > 0 && row.timeMs < heap[0].timeMs) {
      heap[0] = row;
      siftDown(heap, heap.length);
    }
  }
  for (let length = heap.length - 1; length > 0; length--) {
    [heap[0], heap[length]] = [heap[length], heap[0]];
    siftDown(heap, length);
  }
  return heap;
}

function siftDown(heap: WorldRecord[], length: number): void {
  for (let at = 0;;) {
    let child = 2 * at + 1;
    if (child >= length) return;
    if (child + 1 < length && heap[child + 1].timeMs > heap[child].timeMs) child++;
    if (heap[at].timeMs >= heap[child].timeMs) return;
    [heap[at], heap[child]] = [heap[child], heap[at]];
    at = child;
  }
}
