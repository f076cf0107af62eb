/** The form that searches and sorts the overview, and the links to its other pages. */
import { type Chosen, type OverviewForm, SORTS } from "./overview_search.ts";
import { hrefWith, type PageState } from "./page_state.ts";

export function OverviewFields(
  { form, page }: { form: OverviewForm; page: PageState },
) {
  const kept = new URLSearchParams(page.query);
  for (const name of ["q", "sort", "page", "open"]) kept.delete(name);
  return (
    <form class="card finder" method="get" action={page.path} role="search">
      {[...kept].map(([name, value]) => (
        <input
          key={name}
          type="hidden"
          name={name}
          value={value}
        />
      ))}
      <div>
        <label for="q">Find</label>
        <input
          id="q"
          name="q"
          type="search"
          value={form.q}
          placeholder="Account, name, destination"
        />
      </div>
      <div>
        <label for="sort">Order</label>
        <select id="sort" name="sort">
          {Object.entries(SORTS).map(([name, words]) => (
            <option key={name} value={name} selected={name === form.sort}>{words}</option>
          ))}
        </select>
      </div>
      <button class="button second" type="submit">Show</button>
    </form>
  );
}

export function PageLinks({ chosen, page }: { chosen: Chosen; page: PageState }) {
  const { page: at, pages } = chosen;
  if (pages === 1) return null;
  const href = (number: number) => hrefWith(page, { page: number === 1 ? null : `${number}` });
  return (
    <nav class="pages" aria-label="Further pages">
      {at > 1
        ? <a href={href(at - 1)} rel="prev">Previous</a>
        : <span class="quiet">Previous</span>}
      <span>
        Page {at} of {pages}
      </span>
      {at < pages ? <a href={href(at + 1)} rel="next">Next</a> : <span class="quiet">Next</span>}
    </nav>
  );
}
