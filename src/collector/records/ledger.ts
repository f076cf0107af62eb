/**
 * Remembers what was settled of the days that are still to be reconciled, so that a closed day can be
 * read once more and what is missing be told. One entry an hour of events and commit; gone with the day.
 */
import type { SettledEvent } from "../../engine/ports.ts";
import { DAY_MS, dayStartMs, iso, utcDay } from "../../engine/time.ts";
import type { Platform } from "../platform.ts";

const THROUGH = "reconciled-through";
const PREFIX = "ledger/";

export class Ledger {
  #hour: { readonly name: string; readonly ids: ReadonlySet<string> } = {
    name: "",
    ids: new Set(),
  };

  private constructor(private readonly platform: Platform, readonly through: string) {}

  /** `through`: the last day that needs no reconciliation. Before the first run, that is yesterday. */
  static async open(platform: Platform): Promise<Ledger> {
    const stored = await platform.local.get(THROUGH);
    if (stored !== null) return new Ledger(platform, stored);
    const yesterday = utcDay(platform.now() - DAY_MS);
    await platform.local.put(THROUGH, yesterday);
    return new Ledger(platform, yesterday);
  }

  /** Notes events of days that are still open. `commit` names the entry: the same one may be written again. */
  async add(settled: readonly SettledEvent[], commit: string): Promise<void> {
    const openMs = dayStartMs(this.through) + DAY_MS;
    const byHour = new Map<string, string[]>();
    for (const { eventId, seen } of settled) {
      if (seen.timeMs < openMs) continue;
      const hour = hourOf(seen.timeMs);
      const ids = byHour.get(hour);
      if (ids === undefined) byHour.set(hour, [eventId]);
      else ids.push(eventId);
    }
    for (const [hour, ids] of byHour) {
      await this.platform.local.put(`${PREFIX}${hour}/${commit}`, ids.join(" "));
    }
  }

  /** Was the event settled? `timeMs`: its place in the listing. One hour at a time is held in memory. */
  async has(eventId: string, timeMs: number): Promise<boolean> {
    const name = hourOf(timeMs);
    if (this.#hour.name !== name) this.#hour = { name, ids: await this.#load(name) };
    return this.#hour.ids.has(eventId);
  }

  /** Forgets a reconciled day, and all before it. */
  async close(day: string): Promise<void> {
    await this.platform.local.put(THROUGH, day);
    for (const key of await this.platform.local.list(PREFIX)) {
      if (key.slice(PREFIX.length, PREFIX.length + day.length) <= day) {
        await this.platform.local.delete(key);
      }
    }
  }

  async #load(hour: string): Promise<Set<string>> {
    const keys = await this.platform.local.list(`${PREFIX}${hour}/`);
    const texts = await Promise.all(keys.map((key) => this.platform.local.get(key)));
    return new Set(texts.flatMap((text) => text!.split(" ")));
  }
}

/** `2026-11-21T19` */
function hourOf(timeMs: number): string {
  return iso(timeMs).slice(0, 13);
}
