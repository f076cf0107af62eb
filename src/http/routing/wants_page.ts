/** Tells a browser, which wants a page, from a program. Pure. */
import type { Context } from "hono";
import { accepts } from "hono/accepts";

/** True if the client prefers HTML to JSON; a client that accepts anything is taken for a program. */
export function wantsPage(c: Context): boolean {
  const supports = ["application/problem+json", "application/json", "text/html"];
  return accepts(c, { header: "Accept", supports, default: supports[0] }) === "text/html";
}
