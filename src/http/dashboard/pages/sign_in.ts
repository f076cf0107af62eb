/** Signing in with a token, and out again. */
import { findToken, tokensIn } from "../../auth/tokens.ts";
import { isFromHere, losesSession, signIn, signOut, signOutEverywhere } from "../../auth/viewer.ts";
import { localPath, type PageContext, readForm } from "../page_context.ts";
import { FOREIGN_FORM } from "../page_problems.ts";
import { refuseSignIn } from "../refused_sign_in.ts";
import { showProblem, showSignIn } from "../render.tsx";

/**
 * Pages show the form themselves to people who aren't signed in. Whatever can't do that leads here, and
 * back.
 */
export function signInPage(c: PageContext) {
  const { to } = c.req.query();
  return to === undefined ? c.redirect("/", 303) : showSignIn(c, localPath(to));
}

export async function submitSignIn(c: PageContext) {
  if (!isFromHere(c)) return showProblem(c, FOREIGN_FORM);
  const { api_token: given, to } = await readForm(c);
  const target = localPath(to);
  if (losesSession(c)) {
    const error = "Signing in requires https: browsers keep no session over plain http.";
    return showSignIn(c, target, error);
  }
  const token = typeof given === "string" ? findToken(tokensIn(c.env), given.trim()) : null;
  if (token === null) return await refuseSignIn(c, target, "That is not the API token.");
  await signIn(c, token);
  return c.redirect(target, 303);
}

export async function submitSignOut(c: PageContext) {
  await signOut(c, c.var.viewer);
  return c.redirect("/", 303);
}

export async function submitSignOutEverywhere(c: PageContext) {
  await signOutEverywhere(c);
  return c.redirect("/", 303);
}
