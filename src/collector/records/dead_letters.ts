/** Events that the destination refused, kept with the reason until they are redelivered. */
import type { DeadLetter, DeadLetters } from "../../engine/ports.ts";
import { iso } from "../../engine/time.ts";
import type { Platform } from "../platform.ts";

export interface KeptLetter extends DeadLetter {
  /** ISO 8601: when it was refused last. */
  readonly refusedAt: string;
}

const PREFIX = "dead-letter/";

export class DeadLetterBox implements DeadLetters {
  #added = 0;

  constructor(private readonly platform: Platform) {}

  async keep(letter: DeadLetter): Promise<void> {
    const kept: KeptLetter = { ...letter, refusedAt: iso(this.platform.now()) };
    const key = PREFIX + letter.eventId;
    const known = await this.platform.local.get(key) !== null;
    await this.platform.local.put(key, JSON.stringify(kept));
    if (!known) this.#added++;
  }

  /** How many letters were added since this was asked last. */
  takeAdded(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }

  async count(): Promise<number> {
    return (await this.platform.local.list(PREFIX)).length;
  }

  /** At most `limit` letters, by event id, one at a time: from behind `after` on, and round to it again. */
  async *list(limit: number, after = ""): AsyncGenerator<KeptLetter> {
    const keys = await this.platform.local.list(PREFIX);
    const behind = keys.filter((key) => key > PREFIX + after);
    const upTo = keys.filter((key) => key <= PREFIX + after);
    for (const key of [...behind, ...upTo].slice(0, limit)) {
      const text = await this.platform.local.get(key);
      if (text !== null) yield JSON.parse(text);
    }
  }

  async remove(eventId: string): Promise<void> {
    await this.platform.local.delete(PREFIX + eventId);
  }
}
