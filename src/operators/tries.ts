/**
 * Limits wrong tokens, per address and in total. An address that exceeds a limit waits a minute, then two,
 * and so on up to 15. Keeps its counts in memory, and does no I/O.
 */

export interface Limits {
  /** Wrong tokens in a minute. */
  readonly perAddress: number;
  readonly altogether: number;
}

/** The result of a wrong try. */
export interface Tried {
  /** Until when trying again is useless, epoch milliseconds; null if it isn't. */
  readonly limitedUntilMs: number | null;
  /** How often this address tried in this window, this try included. */
  readonly tries: number;
}

interface Count {
  sinceMs: number;
  tries: number;
  limitedUntilMs: number;
  /** How long the next limit lasts. */
  limitMs: number;
}

export const LIMITS: Limits = { perAddress: 100, altogether: 300 };

const WINDOW_MS = 60_000;
const LONGEST_LIMIT_MS = 15 * WINDOW_MS;
/** Beyond this many, the address that was counted first is forgotten. */
const MOST_ADDRESSES = 1000;

export class Tries {
  readonly #addresses = new Map<string, Count>();
  #all = newCount(-Infinity);

  constructor(private readonly limits: Limits = LIMITS) {}

  /** Counts a wrong try. `nowMs`: epoch milliseconds. */
  count(address: string, nowMs: number): Tried {
    const key = networkOf(address);
    const own = current(this.#addresses.get(key), nowMs);
    this.#keep(key, own);
    this.#all = current(this.#all, nowMs);
    add(own, this.limits.perAddress, nowMs);
    add(this.#all, this.limits.altogether, nowMs);
    const untilMs = Math.max(own.limitedUntilMs, this.#all.limitedUntilMs);
    return { limitedUntilMs: untilMs > nowMs ? untilMs : null, tries: own.tries };
  }

  /** Applies a limit to an address that met it elsewhere. */
  limit(address: string, untilMs: number, nowMs: number): void {
    const key = networkOf(address);
    const own = current(this.#addresses.get(key), nowMs);
    own.limitedUntilMs = Math.max(own.limitedUntilMs, untilMs);
    this.#keep(key, own);
  }

  #keep(key: string, count: Count): void {
    this.#addresses.set(key, count);
    if (this.#addresses.size <= MOST_ADDRESSES) return;
    const [first] = this.#addresses.keys();
    this.#addresses.delete(first);
  }
}

function newCount(sinceMs: number): Count {
  return { sinceMs, tries: 0, limitedUntilMs: -Infinity, limitMs: WINDOW_MS };
}

/** The count of the window at that time. An address that has been quiet for long starts afresh. */
function current(count: Count | undefined, nowMs: number): Count {
  if (count === undefined) return newCount(nowMs);
  if (nowMs < count.limitedUntilMs || nowMs - count.sinceMs < WINDOW_MS) return count;
  const quietMs = nowMs - Math.max(count.sinceMs, count.limitedUntilMs);
  const limitMs = quietMs > LONGEST_LIMIT_MS ? WINDOW_MS : count.limitMs;
  return { ...newCount(nowMs), limitMs };
}

function add(count: Count, most: number, nowMs: number): void {
  count.tries++;
  if (count.tries <= most || nowMs < count.limitedUntilMs) return;
  count.limitedUntilMs = nowMs + count.limitMs;
  count.limitMs = Math.min(2 * count.limitMs, LONGEST_LIMIT_MS);
}

/** The first 64 bits of an IPv6 address: whoever has one of those addresses has all of them. */
function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head, tail] = address.split("::");
  const groups = (part: string | undefined) => part ? part.split(":") : [];
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0");
  const whole = tail === undefined ? before : [...before, ...zeros, ...after];
  return `${whole.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(":")}::/64`;
}
