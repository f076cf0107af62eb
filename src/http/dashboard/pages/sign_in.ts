/** Signing in with the API token, and out again. */
import { isSame } from "../../auth/bearer.ts";
import { isFromHere, losesSession, signIn, signOut } from "../../auth/viewer.ts";
import { configuredToken, localPath, type PageContext, readForm } from "../page_context.ts";
import { FOREIGN_FORM } from "../page_problems.ts";
import { showProblem, showSignIn } from "../render.tsx";

/** There is no sign-in page: every page shows the form to whoever isn't signed in. */
export function goToStatus(c: PageContext) {
  return c.redirect("/", 303);
}

export async function submitSignIn(c: PageContext) {
  if (!isFromHere(c)) return showProblem(c, FOREIGN_FORM);
  const { api_token: given, to } = await readForm(c);
  const target = localPath(to);
  if (losesSession(c)) {
    const error = "Signing in needs https: browsers keep no session over plain http.";
    return showSignIn(c, target, error);
  }
  if (typeof given !== "string" || !isSame(given.trim(), configuredToken(c))) {
    return showSignIn(c, target, "That is not the API token.");
  }
  signIn(c, configuredToken(c), c.var.nowMs);
  return c.redirect(target, 303);
}

export function submitSignOut(c: PageContext) {
  signOut(c);
  return c.redirect("/", 303);
}
