/** Who looks at the pages. No code. */
import type { Actor } from "./action.ts";
import type { Rights } from "./session.ts";

export interface Viewer {
  /** The session's; forms and notices are bound to it. */
  readonly id: string;
  /** The name according to Cloudflare Access; null for a session. */
  readonly name: string | null;
  readonly rights: Rights;
  /** The viewer, as named in the record of actions. */
  readonly actor: Actor;
  /** The token that every form of this viewer must carry. */
  readonly formToken: string;
}
