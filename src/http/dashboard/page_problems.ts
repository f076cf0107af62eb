/** Problems as the status page words them, with what its user can do. Pure. */
import type { ErrorCode } from "../../errors.ts";
import type { Problem } from "../../problems.ts";
import { problemOf } from "../routing/problems.ts";

export const FOREIGN_FORM = pageProblem("unauthorized", 403, {
  title: "Nothing was done",
  detail: "The form did not come from this page, or the session it came from has ended.",
  action: "Go back to the status page and try again. If it keeps happening and there is a " +
    "proxy in front, have it pass on the Host header.",
});

export const LOOKING_ONLY = pageProblem("not_permitted", 403, {
  title: "Nothing was done",
  detail: "You are signed in with read-only access.",
  action: "Sign in with API_TOKEN, or ask somebody who is allowed to do this.",
});

export const NO_PIPELINE = pageProblem("not_found", 404, {
  title: "There is no such account",
  detail: "No account with that id is collected here, or not for that destination.",
  action: "Go to the status page and choose one from there.",
});

export const AMBIGUOUS = pageProblem("arguments_invalid", 400, {
  title: "This needs one account and one destination",
  detail: "There are several to choose from.",
  action: "Go to the status page and choose one from there.",
});

export const NO_LETTER = pageProblem("not_found", 404, {
  title: "There is no such refused event",
  detail: "Nothing that is meant here is kept any more: it was delivered or discarded.",
  action: "Go to the status page, which says what is undelivered.",
});

export const FOR_PROGRAMS = pageProblem("unauthorized", 401, {
  title: "This address is for programs",
  detail: "It answers whoever sends an API token with the request. Being signed in is not enough.",
  action: "Go to the status page, and sign in if it asks you to: it shows the same to people.",
});

export const NO_PAGE = pageProblem("not_found", 404, {
  title: "There is no such page",
  detail: "There is nothing at this address.",
  action: "Go to the status page.",
});

function pageProblem(code: ErrorCode, status: number, words: Partial<Problem>): Problem {
  return { ...problemOf(code, ""), status, ...words };
}
