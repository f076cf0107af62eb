/** The viewer of the page: somebody with a session, or somebody whom Cloudflare Access vouches for. */
import type { Context } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { isSame } from "./bearer.ts";
import { isLoopback } from "../../settings/hosts.ts";
import {
  ACCESS_HEADER,
  type AccessVariables,
  readAccessSettings,
  type TeamKeys,
  whoIsVouchedFor,
} from "./cloudflare_access.ts";
import { formToken, readSession, SESSION_SECONDS, startSession } from "./session.ts";

export interface Viewer {
  /** The session's; forms and notices are bound to it. */
  readonly id: string;
  /** The name according to Cloudflare Access; null for a session. */
  readonly name: string | null;
  /** The token that every form of this viewer must carry. */
  readonly formToken: string;
}

const COOKIE = "session";

/** Null for somebody who has to sign in. */
export async function findViewer(
  c: Context,
  apiToken: string,
  teamKeys: TeamKeys,
  nowMs: number,
): Promise<Viewer | null> {
  const session = readSession(readCookie(c, COOKIE), apiToken, nowMs);
  if (session !== null) {
    return { id: session, name: null, formToken: formToken(apiToken, session) };
  }
  const assertion = c.req.header(ACCESS_HEADER);
  const settings = readAccessSettings(c.env as AccessVariables);
  if (assertion === undefined || settings === null) return null;
  const person = await whoIsVouchedFor(assertion, settings, teamKeys, nowMs);
  return person && { ...person, formToken: formToken(apiToken, person.id) };
}

export function signIn(c: Context, apiToken: string, nowMs: number): void {
  writeCookie(c, COOKIE, startSession(apiToken, nowMs).cookie, SESSION_SECONDS);
}

export function signOut(c: Context): void {
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
