/** The events that a simulator has stored: in order, how many, and how often each id arrived. No I/O. */

export interface StoredEvents<Event> {
  /** Every stored event, in order, repeats included; empty when they are not kept. */
  readonly events: readonly Event[];
  /** How many events were stored, repeats included. */
  readonly count: number;
  /** How often each `event_id` was stored. */
  readonly ids: ReadonlyMap<string, number>;
  store(event: Event): void;
}

/** `idOf`: an event without an id of its own counts, but has no entry in `ids`. */
export function storeEvents<Event>(
  idOf: (event: Event) => unknown,
  keepEvents = true,
): StoredEvents<Event> {
  const events: Event[] = [];
  const ids = new Map<string, number>();
  let count = 0;
  return {
    events,
    get count() {
      return count;
    },
    ids,
    store(event) {
      count++;
      if (keepEvents) events.push(event);
      const id = idOf(event);
      if (typeof id === "string") ids.set(id, (ids.get(id) ?? 0) + 1);
    },
  };
}
