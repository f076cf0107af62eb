/**
 * Sessions of the status page: a signed cookie that holds an expiry and a random id, never the API token.
 * Its keys are derived from the token, so a new token ends every session. Pure but for randomness.
 */
import { createHmac, randomBytes } from "node:crypto";
import { isSame } from "./bearer.ts";

export const SESSION_SECONDS = 12 * 3600;

/** What a key is for: a value signed for one use is not valid for another. */
type Use = "session" | "form" | "notice";

/** A new session's id and the cookie's value. */
export function startSession(apiToken: string, nowMs: number): { id: string; cookie: string } {
  const expiresMs = nowMs + SESSION_SECONDS * 1000;
  const id = randomBytes(16).toString("base64url");
  const cookie = `${expiresMs}.${id}`;
  return { id, cookie: `${cookie}.${sign(apiToken, "session", cookie)}` };
}

/** The id of a session that was started here and has not expired; otherwise null. */
export function readSession(
  cookie: string | undefined,
  apiToken: string,
  nowMs: number,
): string | null {
  const parts = /^(\d{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(cookie ?? "");
  if (parts === null) return null;
  const [, expiresMs, id, signature] = parts;
  if (!isSame(signature, sign(apiToken, "session", `${expiresMs}.${id}`))) return null;
  const leftMs = Number(expiresMs) - nowMs;
  return leftMs > 0 && leftMs <= SESSION_SECONDS * 1000 ? id : null;
}

/** The token that each form of this session carries, so that no other site can forge one. */
export function formToken(apiToken: string, sessionId: string): string {
  return sign(apiToken, "form", sessionId);
}

export function sign(apiToken: string, use: Use, text: string): string {
  const key = createHmac("sha256", apiToken).update(`status page, ${use}, 1`).digest();
  return createHmac("sha256", key).update(text).digest("base64url");
}
