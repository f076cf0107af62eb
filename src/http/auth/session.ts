/**
 * The cookie of a session: its id and latest possible end, signed. The operators' records know
 * whether the session has ended. The key is the page's own, and reveals nothing about any token. Pure.
 */
import { createHmac } from "node:crypto";
import { SESSION_SECONDS } from "../../operators/session.ts";
import { isSame } from "./tokens.ts";

/** What a key is for: a value signed for one use is not valid for another. */
type Use = "session" | "form" | "notice";

/** The cookie's value for a session that starts now. */
export function sessionCookie(pageKey: string, id: string, nowMs: number): string {
  const cookie = `${nowMs + SESSION_SECONDS * 1000}.${id}`;
  return `${cookie}.${sign(pageKey, "session", cookie)}`;
}

/** The id of a session that was started here and can still live; otherwise null. */
export function readSessionCookie(
  cookie: string | undefined,
  pageKey: string,
  nowMs: number,
): string | null {
  const parts = /^(\d{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? "");
  if (parts === null) return null;
  const [, expiresMs, id, signature] = parts;
  if (!isSame(signature, sign(pageKey, "session", `${expiresMs}.${id}`))) return null;
  const leftMs = Number(expiresMs) - nowMs;
  return leftMs > 0 && leftMs <= SESSION_SECONDS * 1000 ? id : null;
}

/** The token that each form of this viewer carries, so that no other site can forge one. */
export function formToken(pageKey: string, viewerId: string): string {
  return sign(pageKey, "form", viewerId);
}

export function sign(pageKey: string, use: Use, text: string): string {
  const key = createHmac("sha256", pageKey).update(`status page, ${use}, 2`).digest();
  return createHmac("sha256", key).update(text).digest("base64url");
}
