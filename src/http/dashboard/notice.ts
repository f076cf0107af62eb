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
/** Browsers drop cookies over 4 KB, with their name, attributes and signature. */
const MAX_COOKIE_LENGTH = 3_800;
/** How many characters of a line are kept: as many of these as fit. */
const LINE_LENGTHS = [Infinity, 1_000, 600, 300, 150];

export async function leaveNotice(
  c: Context,
  viewer: Viewer,
  notice: Notice,
): Promise<void> {
  const text = toCookie(notice);
  const signature = sign(await doorOf(c).operators.pageKey(), "notice", `${viewer.id}.${text}`);
  writeCookie(c, COOKIE, `${text}.${signature}`, SECONDS);
}

/** The whole notice if it fits; if not, with long lines cut, or without any lines. */
export function toCookie(notice: Notice): string {
  const texts = LINE_LENGTHS.map((most) => encode(notice, most));
  return texts.find(({ length }) => length <= MAX_COOKIE_LENGTH) ??
    encode({ ...notice, lines: [] }, 0);
}

function encode(notice: Notice, mostCharacters: number): string {
  const lines = notice.lines.map((line) => cut(line, mostCharacters));
  return Buffer.from(JSON.stringify({ ...notice, lines })).toString("base64url");
}

/** The notice that `toCookie` made a text of. */
export function fromCookie(text: string): Notice {
  return JSON.parse(Buffer.from(text, "base64url").toString());
}

/** The notice that was left for this viewer, if there is one. Taking it removes it. */
export async function takeNotice(c: Context, viewer: Viewer): Promise<Notice | null> {
  const cookie = readCookie(c, COOKIE);
  if (cookie === undefined) return null;
  forgetCookie(c, COOKIE);
  const [text, signature] = cookie.split(".");
  const expected = sign(await doorOf(c).operators.pageKey(), "notice", `${viewer.id}.${text}`);
  if (!isSame(signature ?? "", expected)) return null;
  return fromCookie(text);
}
