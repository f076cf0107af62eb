/** What the routes of the status page work with. Reads nothing but the request. */
import type { Context } from "hono";
import type { Collectors } from "../../collector/fleet.ts";
import { CollectorError } from "../../errors.ts";
import type { TeamKeys } from "../auth/cloudflare_access.ts";
import type { DoorEnv } from "../auth/door.ts";
import type { Viewer } from "../../operators/viewer.ts";

interface PageVariables {
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: () => Collectors;
  /** Epoch milliseconds, when the request came. */
  readonly nowMs: number;
  readonly teamKeys: TeamKeys;
  /** Set once somebody is known to be signed in. */
  readonly viewer: Viewer;
}

export interface PageEnv {
  Bindings: DoorEnv["Bindings"];
  Variables: PageVariables & DoorEnv["Variables"];
}

export type PageContext = Context<PageEnv>;

/** @throws {CollectorError} `arguments_invalid`, if the body is not the kind of form that its Content-Type names */
export async function readForm(c: PageContext): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await c.req.parseBody();
  } catch (cause) {
    const detail = "The body can't be read as the form that its Content-Type names.";
    throw new CollectorError("arguments_invalid", { detail, cause });
  }
}

const PAGES = new Set(["/", "/undelivered", "/events", "/activity", "/docs"]);

/** The path, if it is that of a page; otherwise `/`. */
export function localPath(value: unknown): string {
  const here = "https://here.invalid";
  if (typeof value !== "string" || !URL.canParse(value, here)) return "/";
  const { origin, pathname, search } = new URL(value, here);
  const isOurs = PAGES.has(pathname) || pathname.startsWith("/actions/");
  return origin === here && isOurs ? pathname + search : "/";
}
