/**
 * What people did with the collector, waiting to be delivered as events. I/O through the collector's own
 * storage.
 */
import type { OperatorAction } from "../../operators/action.ts";
import type { KeyValueStore } from "../../storage/store.ts";

/** The prefix of their keys. */
export const OPERATOR_ACTIONS = "operator-action/";
/** No more than this wait; the log has the others. */
export const MOST_WAITING = 1000;

/**
 * Adds one. Returns how many had to make room: refused ones first, because somebody who may not act could
 * make any number of them, then the oldest.
 */
export async function addToQueue(store: KeyValueStore, action: OperatorAction): Promise<number> {
  const { at, outcome, requestId } = action;
  await store.put(`${OPERATOR_ACTIONS}${at}/${outcome}/${requestId}`, JSON.stringify(action));
  const keys = await store.list(OPERATOR_ACTIONS);
  const isRefused = (key: string) => key.split("/")[2] === "refused";
  const ranked = [...keys.filter(isRefused), ...keys.filter((key) => !isRefused(key))];
  const dropped = ranked.slice(0, Math.max(0, keys.length - MOST_WAITING));
  for (const key of dropped) await store.delete(key);
  return dropped.length;
}

export interface Waiting {
  readonly key: string;
  readonly action: OperatorAction;
}

/** The oldest ones. */
export async function oldestWaiting(store: KeyValueStore, most: number): Promise<Waiting[]> {
  const keys = (await store.list(OPERATOR_ACTIONS)).slice(0, most);
  return await Promise.all(
    keys.map(async (key) => ({ key, action: JSON.parse((await store.get(key))!) })),
  );
}
