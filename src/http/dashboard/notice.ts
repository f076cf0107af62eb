/**
 * The outcome of an action, shown on the page that follows: a signed cookie that is read once. It is
 * bound to the viewer, so that nobody else can put text on the page.
 */
import { Buffer } from "node:buffer";
import type { Context } from "hono";
import { doorOf } from "../auth/door.ts";
import { sign } from "../auth/session.ts";
import { isSame } from "../auth/tokens.ts";
import { forgetCookie, readCookie, writeCookie } from "../auth/viewer.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { cut } from "../../format.ts";

export interface Notice {
  readonly ok: boolean;
  /** True if nothing went wrong, but not all is known to be well. */
  readonly isPartial?: boolean;
  readonly title: string;
  readonly lines: readonly string[];
  /** The problem's code, if it tells of one. */
  readonly code?: string;
}

const COOKIE = "notice";
const SECONDS = 120;
const MAX_LINES = 8;
const MAX_LINE_LENGTH = 240;
/** Browsers drop cookies over 4 KB: of a larger notice, only the title is kept. */
const MAX_COOKIE_LENGTH = 3_800;

export async function leaveNotice(
  c: Context,
  viewer: Viewer,
  notice: Notice,
): Promise<void> {
  const lines = notice.lines.slice(0, MAX_LINES).map((line) => cut(line, MAX_LINE_LENGTH));
  const whole = encode({ ...notice, lines });
  const text = whole.length <= MAX_COOKIE_LENGTH ? whole : encode({ ...notice, lines: [] });
  const signature = sign(await doorOf(c).operators.pageKey(), "notice", `${viewer.id}.${text}`);
  writeCookie(c, COOKIE, `${text}.${signature}`, SECONDS);
}

function encode(notice: Notice): string {
  return Buffer.from(JSON.stringify(notice)).toString("base64url");
}

/** The notice that was left for this viewer, if there is one. Taking it removes it. */
export async function takeNotice(c: Context, viewer: Viewer): Promise<Notice | null> {
  const cookie = readCookie(c, COOKIE);
  if (cookie === undefined) return null;
  forgetCookie(c, COOKIE);
  const [text, signature] = cookie.split(".");
  const expected = sign(await doorOf(c).operators.pageKey(), "notice", `${viewer.id}.${text}`);
  if (!isSame(signature ?? "", expected)) return null;
  return JSON.parse(Buffer.from(text, "base64url").toString());
}
