/** The answer to a wrong try: that it was wrong or, beyond a limit, how long to wait. */
import type { Context } from "hono";
import { LIMITS } from "../../operators/tries.ts";
import type { Problem } from "../../problems.ts";
import { problemOf } from "../routing/problems.ts";
import { doorOf } from "./door.ts";

/** Counts a wrong try, and answers with its problem and headers. */
export async function refuseTry(
  c: Context,
  problem: Problem,
): Promise<{ readonly problem: Problem; readonly headers: Record<string, string> }> {
  const door = doorOf(c);
  const waitSeconds = await door.refusals.count(door);
  if (waitSeconds === null) return { problem, headers: { "WWW-Authenticate": "Bearer" } };
  const detail =
    `There were more than ${LIMITS.perAddress} requests without a valid token in a minute from one ` +
    `address, or ${LIMITS.altogether} altogether.`;
  return {
    problem: problemOf("too_many_tries", detail),
    headers: { "Retry-After": String(waitSeconds) },
  };
}
