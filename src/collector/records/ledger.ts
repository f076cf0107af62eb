/**
 * Remembers what was settled for the days that are still to be reconciled, instant by instant, so that it
 * can be compared with what a day shows later. One entry for each commit and hour of events.
 */
import * as v from "valibot";
import { FINGERPRINT_DIGITS } from "../../engine/cursor.ts";
import type { SettledEvent } from "../../engine/ports.ts";
import { DAY_MS, dayStartMs, HOUR_MS, iso, utcDay } from "../../engine/time.ts";
import type { Platform } from "../platform.ts";

const KEY = "reconciled-through";
const PREFIX = "ledger/";

/**
 * The last day that was reconciled soon after it had ended, and the last that was reconciled again a day
 * later.
 */
const Through = v.object({ first: v.string(), second: v.string() });
type Through = Readonly<v.InferOutput<typeof Through>>;

export type Look = keyof Through;

/** What was settled in an hour: event ids by time, epoch milliseconds. */
type Hour = ReadonlyMap<number, ReadonlySet<string>>;

export class Ledger {
  #hour: { readonly name: string; readonly settled: Hour } = { name: "", settled: new Map() };

  private constructor(private readonly platform: Platform, private through: Through) {}

  /** At the first run, nothing up to yesterday needs to be reconciled. */
  static async open(platform: Platform): Promise<Ledger> {
    const stored = await platform.local.get(KEY);
    if (stored !== null) return new Ledger(platform, v.parse(Through, JSON.parse(stored)));
    const yesterday = utcDay(platform.now() - DAY_MS);
    const through = { first: yesterday, second: yesterday };
    await platform.local.put(KEY, JSON.stringify(through));
    return new Ledger(platform, through);
  }

  /** The last day that was reconciled for the first time, or for the second. */
  lookedThrough(look: Look): string {
    return this.through[look];
  }

  /** Records events of days that are still open. `commit` names the entry, which may be written again. */
  async add(settled: readonly SettledEvent[], commit: string): Promise<void> {
    const openMs = dayStartMs(this.through.second) + DAY_MS;
    const byHour = new Map<string, Map<number, string[]>>();
    for (const { eventId, seen: { timeMs } } of settled) {
      if (timeMs < openMs) continue;
      const hour = hourOf(timeMs);
      const instants = byHour.get(hour) ?? new Map<number, string[]>();
      byHour.set(hour, instants);
      const ids = instants.get(timeMs);
      if (ids === undefined) instants.set(timeMs, [eventId]);
      else ids.push(eventId);
    }
    for (const [hour, instants] of byHour) {
      const text = [...instants].map(([timeMs, ids]) => [timeMs % HOUR_MS, ...ids].join(" "));
      await this.platform.local.put(`${PREFIX}${hour}/${commit}`, text.join("\n"));
    }
  }

  /** Fingerprints of what was settled at an instant, one after another. One hour at a time is held in memory. */
  async printsAt(timeMs: number): Promise<string> {
    const name = hourOf(timeMs);
    if (this.#hour.name !== name) this.#hour = { name, settled: await this.#load(name) };
    const ids = this.#hour.settled.get(timeMs) ?? new Set<string>();
    return [...ids].map((id) => id.slice(0, FINGERPRINT_DIGITS)).join("");
  }

  /** A day has been reconciled. After the second time it is forgotten, with all days before it. */
  async close(day: string, look: Look): Promise<void> {
    const first = day > this.through.first ? day : this.through.first;
    this.through = { first, second: look === "second" ? day : this.through.second };
    await this.platform.local.put(KEY, JSON.stringify(this.through));
    if (look === "first") return;
    for (const key of await this.platform.local.list(PREFIX)) {
      if (key.slice(PREFIX.length, PREFIX.length + day.length) <= day) {
        await this.platform.local.delete(key);
      }
    }
  }

  async #load(hour: string): Promise<Hour> {
    const keys = await this.platform.local.list(`${PREFIX}${hour}/`);
    const startMs = Date.parse(`${hour}:00:00.000Z`);
    const settled = new Map<number, Set<string>>();
    for (const key of keys) {
      const text = await this.platform.local.get(key) ?? "";
      for (const line of text.split("\n")) {
        const [offset, ...ids] = line.split(" ");
        const timeMs = startMs + Number(offset);
        const known = settled.get(timeMs) ?? new Set<string>();
        settled.set(timeMs, known);
        for (const id of ids) known.add(id);
      }
    }
    return settled;
  }
}

/** `2026-11-21T19` */
function hourOf(timeMs: number): string {
  return iso(timeMs).slice(0, 13);
}
