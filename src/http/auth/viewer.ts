/** The viewer of the page: somebody with a session, or somebody whom Cloudflare Access vouches for. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SESSION_SECONDS } from "../../operators/session.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { isLoopback } from "../../settings/hosts.ts";
import {
  ACCESS_HEADER,
  mayAct,
  readAccessSettings,
  type TeamKeys,
  whoIsVouchedFor,
} from "./cloudflare_access.ts";
import { doorOf } from "./door.ts";
import { formToken, readSessionCookie, sessionCookie } from "./session.ts";
import { isSame, type KnownToken, markOf, tokensIn } from "./tokens.ts";

const COOKIE = "session";

/** Null for somebody who has to sign in, and for everybody while no token is configured. */
export async function findViewer(c: Context, teamKeys: TeamKeys): Promise<Viewer | null> {
  const tokens = tokensIn(c.env);
  if ("code" in tokens) return null;
  const cookie = readCookie(c, COOKIE);
  if (cookie !== undefined) {
    const viewer = await viewerOfSession(c, cookie, tokens);
    if (viewer !== null) return viewer;
  }
  const assertion = c.req.header(ACCESS_HEADER);
  const settings = readAccessSettings(c.env);
  if (assertion === undefined || settings === null) return null;
  const person = await whoIsVouchedFor(assertion, settings, teamKeys, doorOf(c));
  if (person === null) return null;
  const { id, name, email } = person;
  return {
    id,
    name,
    rights: { act: mayAct(email, c.env), readEvents: true },
    actor: { access: name },
    formToken: formToken(await doorOf(c).operators.pageKey(), id),
  };
}

/** The session's rights are those of its token. It ends with the token that it was started with. */
async function viewerOfSession(
  c: Context,
  cookie: string,
  tokens: readonly KnownToken[],
): Promise<Viewer | null> {
  const { operators, nowMs } = doorOf(c);
  const pageKey = await operators.pageKey();
  const id = readSessionCookie(cookie, pageKey, nowMs);
  const session = id === null ? null : await operators.findSession(id, !isRefresh(c));
  if (id === null || session === null) return null;
  const token = tokens.find((one) => isSame(markOf(one, pageKey), session.tokenMark));
  if (token === undefined) return null;
  return {
    id,
    name: null,
    rights: token.rights,
    actor: { token: token.name, session: id.slice(0, 8) },
    formToken: formToken(pageKey, id),
  };
}

/**
 * True if the page was loaded without a click, as browsers report for a navigation. Otherwise a page that
 * refreshes would keep the session alive although nobody is there.
 */
function isRefresh(c: Context): boolean {
  return c.req.header("Sec-Fetch-Mode") === "navigate" && c.req.method === "GET" &&
    c.req.header("Sec-Fetch-User") === undefined;
}

export async function signIn(c: Context, token: KnownToken): Promise<void> {
  const { operators, nowMs } = doorOf(c);
  const pageKey = await operators.pageKey();
  const tokenMark = markOf(token, pageKey);
  const id = await operators.startSession({ token: token.name, tokenMark });
  c.set("actor", { token: token.name, session: id.slice(0, 8) });
  writeCookie(c, COOKIE, sessionCookie(pageKey, id, nowMs), SESSION_SECONDS);
}

/** Ends the viewer's session, wherever its cookie may be. */
export async function signOut(c: Context, viewer: Viewer): Promise<void> {
  await doorOf(c).operators.endSession(viewer.id);
  forgetCookie(c, COOKIE);
}

/** Ends everybody's sessions. */
export async function signOutEverywhere(c: Context): Promise<void> {
  await doorOf(c).operators.endSessions();
  forgetCookie(c, COOKIE);
}

/** True if the form was made for this viewer. */
export function isOwnForm(form: Readonly<Record<string, unknown>>, viewer: Viewer): boolean {
  return typeof form.token === "string" && isSame(form.token, viewer.formToken);
}

/** True if one of our own pages sent the request, according to the browser. */
export function isFromHere(c: Context): boolean {
  const origin = c.req.header("Origin") ?? "";
  const site = c.req.header("Sec-Fetch-Site") ?? "same-origin";
  return site === "same-origin" && URL.canParse(origin) &&
    new URL(origin).host === new URL(c.req.url).host;
}

/**
 * True if the browser that sent this form would drop the `Secure` session cookie, because its page was
 * served over plain HTTP. Only for a form from this origin. The request's own URL doesn't tell: behind a
 * TLS proxy it says http.
 */
export function losesSession(c: Context): boolean {
  const { protocol, origin } = new URL(c.req.header("Origin")!);
  return protocol === "http:" && !isLoopback(origin);
}

/** Over plain HTTP on loopback browsers would drop a `Secure` cookie. */
function isSecure(c: Context): boolean {
  const { protocol, origin } = new URL(c.req.url);
  return protocol === "https:" || !isLoopback(origin);
}

export function readCookie(c: Context, name: string): string | undefined {
  return isSecure(c) ? getCookie(c, name, "host") : getCookie(c, name);
}

export function writeCookie(c: Context, name: string, value: string, maxAge: number): void {
  const options = { path: "/", httpOnly: true, sameSite: "Strict", maxAge } as const;
  setCookie(c, name, value, isSecure(c) ? { ...options, secure: true, prefix: "host" } : options);
}

export function forgetCookie(c: Context, name: string): void {
  deleteCookie(c, isSecure(c) ? `__Host-${name}` : name, { path: "/", secure: isSecure(c) });
}
