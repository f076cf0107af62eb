/** What the checks of a request's sender work with; set for each request. No I/O. */
import type { Context } from "hono";
import type { LogLine } from "../../collector/platform.ts";
import type { Actor } from "../../operators/action.ts";
import type { Named } from "../../pipelines/choose.ts";
import type { Operators } from "../../operators/operators.ts";
import type { Viewer } from "../../operators/viewer.ts";
import type { AccessVariables } from "./cloudflare_access.ts";
import type { Refusals } from "./refusals.ts";
import type { TokenVariables } from "./tokens.ts";

export interface Door {
  /** A UUID, also in the answer's header `X-Request-Id`. */
  readonly requestId: string;
  /** Where the request came from. */
  readonly address: string;
  /** When the request came, epoch milliseconds. */
  readonly nowMs: number;
  readonly operators: Operators;
  readonly refusals: Refusals;
  /** Fetches the keys of Cloudflare Access. */
  readonly fetch: typeof fetch;
  readonly log: (line: LogLine) => void;
}

export interface DoorEnv {
  Bindings: TokenVariables & AccessVariables & { readonly DELIVER_OPERATOR_ACTIONS?: string };
  Variables: {
    door: Door;
    /** Who it is, once that is known. */
    actor?: Actor;
    /** Who is signed in to the pages, once that is known. */
    viewer?: Viewer;
    /** What the request is about, once that is known. */
    about?: Named;
    /** True if it failed although its answer doesn't say so by its status. */
    hasFailed?: boolean;
  };
}

/** The variables of the request. Every context has them, whatever else it has. */
export function doorOf(c: Context): Door {
  return c.var.door;
}
