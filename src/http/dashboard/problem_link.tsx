/** The title of a problem, leading to what its code means. */

export function ProblemLink({ code, title }: { code: string; title: string }) {
  return <a href={explanationHref(code)}>{title}</a>;
}

/** Where a problem's code is explained, for people who are signed in. */
export function explanationHref(code: string): string {
  return `/docs#code-${code}`;
}
