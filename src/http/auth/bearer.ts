/** Who may use the routes: clients that send a token that allows it. Without a configured token, nobody. */
import type { Context, MiddlewareHandler } from "hono";
import { problemOf, problemResponse } from "../routing/problems.ts";
import type { Access } from "../routing/route.ts";
import type { DoorEnv } from "./door.ts";
import { refuseTry } from "./refuse_try.ts";
import { findToken, tokensIn } from "./tokens.ts";

type Guard = MiddlewareHandler<DoorEnv>;

/** For clients that send any token, a read-only one included. */
export const requireToken: Guard = async (c, next) => await refusalOf(c, false) ?? await next();

const requireOperator: Guard = async (c, next) => await refusalOf(c, true) ?? await next();

/** For clients that may change things and read events. Every use is recorded. */
export const TOKEN: Access = {
  guard: () => requireOperator,
  isOpen: false,
  isRecorded: true,
  problems: ["not_permitted"],
};

/** For whoever may look. */
export const READ_TOKEN: Access = {
  guard: () => requireToken,
  isOpen: false,
  isRecorded: false,
  problems: [],
};

/** Why the request is refused; null if it isn't. */
async function refusalOf(c: Context<DoorEnv>, mustAct: boolean): Promise<Response | null> {
  const tokens = tokensIn(c.env);
  if ("code" in tokens) return problemResponse(c, problemOf(tokens.code, tokens.why));
  const given = /^Bearer +(\S+) *$/i.exec(c.req.header("Authorization") ?? "")?.[1] ?? "";
  const token = findToken(tokens, given);
  if (token === null) {
    const wrong = problemOf("unauthorized", "The Authorization header is missing or wrong.");
    const { problem, headers } = await refuseTry(c, wrong);
    return problemResponse(c, problem, headers);
  }
  c.set("actor", { token: token.name });
  if (!mustAct || token.rights.act) return null;
  const detail = `${token.name} is read-only: it opens /metrics, /healthz, /status and the page.`;
  return problemResponse(c, problemOf("not_permitted", detail));
}
