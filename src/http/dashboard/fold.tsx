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
