/** The sign-in form after a try that was refused: why, and beyond a limit how long to wait. */
import { problemOf } from "../routing/problems.ts";
import { refuseTry } from "../auth/refuse_try.ts";
import type { PageContext } from "./page_context.ts";
import { showSignIn } from "./render.tsx";

/** Counts the try as one without a valid token. `target`: where to go after signing in. */
export async function refuseSignIn(c: PageContext, target: string, why: string) {
  const wrong = problemOf("unauthorized", why);
  const { problem, headers } = await refuseTry(c, wrong);
  if (problem === wrong) return showSignIn(c, target, why);
  const wait = headers["Retry-After"];
  c.header("Retry-After", wait);
  return showSignIn(c, target, `Too many wrong tokens. Wait ${wait} seconds.`, 429);
}
