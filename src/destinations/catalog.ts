/** What the core asks of all kinds of destination together. Pure. */
import { DESTINATIONS } from "./index.ts";
import type { AnyKind } from "./kind.ts";

export const KINDS: readonly AnyKind[] = DESTINATIONS;

type Tables = (typeof DESTINATIONS)[number]["settings"];
type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends
  (all: infer All) => void ? All : never;

/** The settings of all of them, in one table. */
export const DESTINATION_SETTINGS = Object.assign(
  {},
  ...KINDS.map((kind) => kind.settings),
) as Intersection<Tables>;

export function kindOf(id: string | undefined): AnyKind | undefined {
  return KINDS.find((kind) => kind.id === id);
}

/** Stands for whichever destination is in use: by name while there are one or two kinds. */
export const ANY_DESTINATION = KINDS.length > 2
  ? "the destination"
  : KINDS.map((kind) => kind.label).join(" or ");

/** The same, at the beginning of a sentence. */
export const ANY_DESTINATION_FIRST = ANY_DESTINATION[0].toUpperCase() + ANY_DESTINATION.slice(1);

/** All of them, by their names in full. */
export const ANY_DESTINATION_IN_FULL = KINDS.map((kind) => kind.fullName).join(" or ");
