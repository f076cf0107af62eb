/** What people are advised to do about a problem. Pure. */

/** A problem, or something worth knowing, and what to do about it. */
export interface Advice {
  readonly title: string;
  readonly detail?: string;
  readonly action: string;
  /** The problem's code, if it is one. */
  readonly code?: string;
  /** A page to go to. */
  readonly link?: { readonly href: string; readonly text: string };
}
