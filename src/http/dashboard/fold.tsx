/** A part of a page that is folded away until its link is followed: see page_state.ts for why it is a link. */
import type { Child } from "hono/jsx";
import { hrefToggled, type PageState } from "./page_state.ts";

interface FoldProps {
  /** Its name in the address, and the id of its link. */
  readonly name: string;
  readonly title: string;
  readonly page: PageState;
  readonly children?: Child;
}

/** A fold within a card. */
export function Fold({ name, title, page, children }: FoldProps) {
  return (
    <>
      <p>
        <FoldLink name={name} title={title} page={page} />
      </p>
      {page.open.has(name) && children}
    </>
  );
}

interface FoldedListProps<T> {
  readonly name: string;
  readonly items: readonly T[];
  /** How many are shown before the rest is folded away. */
  readonly most: number;
  readonly page: PageState;
  /** The list itself. */
  readonly list: (shown: readonly T[]) => Child;
}

/** A list of which only the first are shown until all are asked for. */
export function FoldedList<T>({ name, items, most, page, list }: FoldedListProps<T>) {
  const isOpen = page.open.has(name);
  const rest = items.length - most;
  return (
    <>
      {list(isOpen ? items : items.slice(0, most))}
      {rest > 0 && (
        <Fold name={name} title={isOpen ? `Only the last ${most}` : `${rest} more`} page={page} />
      )}
    </>
  );
}

/** A card that shows only its heading until it is opened. */
export function FoldedCard({ name, title, page, children }: FoldProps) {
  return (
    <section class="card" aria-labelledby={name}>
      <h2>
        <FoldLink name={name} title={title} page={page} />
      </h2>
      {page.open.has(name) && children}
    </section>
  );
}

function FoldLink({ name, title, page }: Omit<FoldProps, "children">) {
  return (
    <a
      class="fold"
      id={name}
      href={hrefToggled(page, name)}
      aria-expanded={page.open.has(name) ? "true" : "false"}
    >
      {title}
    </a>
  );
}
