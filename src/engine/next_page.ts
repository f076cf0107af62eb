/** Reads the records that were not read yet: on from the reading's place, or from where it is found anew. */
import { locate, type Source } from "./locate.ts";
import type { Progress } from "./ports.ts";
import { overlapOf, type ReadAhead } from "./prefetch.ts";
import type { Listed, Place, Reading } from "./listing_state.ts";

export interface Unread<R> {
  readonly records: readonly R[];
  readonly readAtMs: number;
  /** True when they reach to the end of the listing. */
  readonly last: boolean;
}

/** The next records that were not read yet. Every read shows again the records just before them, or finds the place anew. */
export async function readOn<R extends Listed>(
  source: ReadAhead<R>,
  reading: Reading,
  pageSize: number,
  progress: Progress,
): Promise<Unread<R>> {
  const place = reading.place;
  let likelyOffset = 0;
  if (place !== null) {
    const page = await confirmed(counted(source, progress), reading, place, pageSize);
    if (page !== null) return page;
    await source.drop();
    likelyOffset = reading.misplace();
    progress.relocations++;
  }
  const direct = counted(source.direct, progress);
  const located = await locate(direct, reading.sealedBeforeMs, likelyOffset, pageSize);
  reading.placeAt(located.day, located.offset, located.anchor);
  return located;
}

function counted<R extends Listed>(source: Source<R>, progress: Progress): Source<R> {
  return {
    async read(from) {
      const page = await source.read(from);
      progress.pages++;
      progress.recordsRead += page.records.length;
      return page;
    },
  };
}

/** So many pages before a place are read again at most: no more than so many records have one time. */
const MAX_PROOF_PAGES = 4;

/** Reads on from a place, or answers null when the listing has moved away from it. */
async function confirmed<R extends Listed>(
  source: Source<R>,
  reading: Reading,
  { day, offset, verify: wanted }: Place,
  first: number,
): Promise<Unread<R> | null> {
  const verify = Math.min(wanted, MAX_PROOF_PAGES * first);
  const overlap = overlapOf(first);
  const near = Math.min(offset, verify > overlap && verify < first ? verify : overlap);
  const { records, readAtMs } = await source.read({ day, offset: offset - near, first });
  const shown = Math.min(verify, near);
  const again = records.slice(near - shown, near);
  if (again.length < shown || !reading.confirms(again, shown)) return null;
  // Of one time there may be more than a page holds: they are read again apart, or it would show no more.
  // Records are only ever added, so what stands unmoved after the page was read stood there before it.
  for (let from = offset - verify; from < offset - near; from += first) {
    const proof = await source.read({ day, offset: from, first });
    const complete = proof.records.length >= Math.min(first, offset - from);
    if (!complete || !reading.confirms(proof.records, offset - from)) return null;
  }
  return { records: records.slice(near), readAtMs, last: records.length < first };
}
