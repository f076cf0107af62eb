/**
 * Which folds of a page are open, and whether it refreshes by itself. Both are in the address, and a fold
 * is opened by a link. So a refresh, which needs no script, shows the page as it was, a link can be shared,
 * and the server leaves out what is closed. Pure.
 */

export interface PageState {
  /** Path and query, as requested. */
  readonly path: string;
  readonly query: string;
  readonly open: ReadonlySet<string>;
  readonly refreshes: boolean;
}

export function readPageState(url: string): PageState {
  const { pathname, search, searchParams } = new URL(url);
  const open = new Set((searchParams.get("open") ?? "").split(",").filter((name) => name !== ""));
  return { path: pathname, query: search, open, refreshes: searchParams.get("refresh") !== "off" };
}

/** The same page with a fold opened, or closed if it was open, and scrolled into view. */
export function hrefToggled(state: PageState, name: string): string {
  const open = state.open.has(name)
    ? [...state.open].filter((one) => one !== name)
    : [...state.open, name];
  return `${hrefWith(state, { open: open.length === 0 ? null : open.join(",") })}#${name}`;
}

/** The same page, refreshing by itself or not. */
export function hrefRefreshing(state: PageState, refreshes: boolean): string {
  return hrefWith(state, { refresh: refreshes ? null : "off" });
}

/** The same page with other parameters; null removes one. */
export function hrefWith(
  { path, query }: PageState,
  changes: Readonly<Record<string, string | null>>,
): string {
  const params = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString().replaceAll("%2C", ",");
  return text === "" ? path : `${path}?${text}`;
}
