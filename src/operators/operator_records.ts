/**
 * Keeps sessions, the page's key, the last actions and the count of refusals in a store. I/O through the
 * store alone. Counts of wrong tokens are in memory, because they mean nothing after a minute.
 */
import { randomBytes } from "node:crypto";
import { memoryStore } from "../storage/memory_store.ts";
import type { KeyValueStore } from "../storage/store.ts";
import type { OperatorAction } from "./action.ts";
import type { Operators } from "./operators.ts";
import { isAlive, type Session, type SessionStart } from "./session.ts";
import { Tries } from "./tries.ts";

/** Stores the text unless the key has one already; returns what is stored then. */
export type KeepFirst = (key: string, text: string) => Promise<string>;

interface RecordsOptions {
  readonly store: KeyValueStore;
  /** Must be atomic among all who share the store. */
  readonly keepFirst: KeepFirst;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const PAGE_KEY = "page-key";
const REFUSALS = "refusals";
/** What a session began with. Only its end changes this, so a request in progress can't revive it. */
const SESSIONS = "session/";
/** When it was last used. */
const USES = "used/";
const ACTIONS = "action/";
/** Kept apart, so that refused tries don't push out what was done. */
const REFUSED_ACTIONS = "refused-action/";
const MOST_ACTIONS = 100;
/** Use is recorded at most this often, so that browsing writes little. */
const NOTED_EVERY_MS = 60_000;

export class OperatorRecords implements Operators {
  readonly #tries = new Tries();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: RecordsOptions) {}

  pageKey(): Promise<string> {
    return this.options.keepFirst(PAGE_KEY, randomBytes(32).toString("base64url"));
  }

  async startSession(start: SessionStart): Promise<string> {
    await this.#removeEnded();
    const { store, now } = this.options;
    const id = randomBytes(16).toString("base64url");
    await store.put(SESSIONS + id, JSON.stringify({ ...start, startedMs: now() }));
    return id;
  }

  async findSession(id: string, isUse: boolean): Promise<Session | null> {
    const session = await this.#session(id);
    const nowMs = this.options.now();
    if (session === null || !isAlive(session, nowMs)) return null;
    if (isUse && nowMs - session.usedMs >= NOTED_EVERY_MS) {
      await this.options.store.put(USES + id, String(nowMs));
    }
    return session;
  }

  async endSession(id: string): Promise<void> {
    const { store } = this.options;
    await store.delete(SESSIONS + id);
    await store.delete(USES + id);
  }

  async endSessions(): Promise<void> {
    for (const id of await this.#sessionIds()) await this.endSession(id);
  }

  async countRefusal(address: string, unreported: number): Promise<number | null> {
    const { limitedUntilMs } = this.#tries.count(address, this.options.now());
    await this.refusals(unreported + 1);
    return limitedUntilMs;
  }

  /** One after another, so that none is lost. */
  refusals(unreported: number): Promise<number> {
    const { store } = this.options;
    const counted = this.#turn.then(async () => {
      const before = Number(await store.get(REFUSALS) ?? 0);
      if (unreported > 0) await store.put(REFUSALS, String(before + unreported));
      return before + unreported;
    });
    this.#turn = counted.catch(() => {});
    return counted;
  }

  async keepAction(action: OperatorAction): Promise<void> {
    const { store } = this.options;
    const kind = action.outcome === "refused" ? REFUSED_ACTIONS : ACTIONS;
    await store.put(`${kind}${action.at}/${action.requestId}`, JSON.stringify(action));
    const keys = await store.list(kind);
    for (const key of keys.slice(0, -MOST_ACTIONS)) await store.delete(key);
  }

  async actions(): Promise<readonly OperatorAction[]> {
    const { store } = this.options;
    const keys = await Promise.all([ACTIONS, REFUSED_ACTIONS].map((kind) => store.list(kind)));
    const texts = await Promise.all(keys.flat().map((key) => store.get(key)));
    const actions: OperatorAction[] = texts.filter((text) => text !== null)
      .map((text) => JSON.parse(text));
    return actions.reverse().sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  }

  async #removeEnded(): Promise<void> {
    for (const id of await this.#sessionIds()) {
      const session = await this.#session(id);
      if (session === null || !isAlive(session, this.options.now())) await this.endSession(id);
    }
  }

  /** Sessions that began, and those for which only a use was recorded after they had ended. */
  async #sessionIds(): Promise<readonly string[]> {
    const { store } = this.options;
    const ids = [SESSIONS, USES].map(async (prefix) =>
      (await store.list(prefix)).map((key) => key.slice(prefix.length))
    );
    return [...new Set((await Promise.all(ids)).flat())];
  }

  async #session(id: string): Promise<Session | null> {
    const { store } = this.options;
    const [text, used] = await Promise.all([store.get(SESSIONS + id), store.get(USES + id)]);
    if (text === null) return null;
    const session = JSON.parse(text);
    return { ...session, usedMs: Number(used ?? session.startedMs) };
  }
}

/** In the memory of this process. */
export function operatorsInMemory(now: () => number): Operators {
  const store = memoryStore();
  return new OperatorRecords({ store, keepFirst: keepFirstIn(store), now });
}

/** For a store that nobody else writes to meanwhile. */
export function keepFirstIn(store: KeyValueStore): KeepFirst {
  let turn: Promise<unknown> = Promise.resolve();
  return (key, text) => {
    const kept = turn.then(async () => {
      const known = await store.get(key);
      if (known === null) await store.put(key, text);
      return known ?? text;
    });
    turn = kept.catch(() => {});
    return kept;
  };
}
