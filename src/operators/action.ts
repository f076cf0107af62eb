/** What somebody did, or tried to do. Types only. */

/**
 * Who it was: a token by its name, with the session that was started with it; or the person that Cloudflare
 * Access vouched for.
 */
export interface Actor {
  readonly token?: string;
  /** The beginning of the session's id. */
  readonly session?: string;
  readonly access?: string;
}

export interface OperatorAction {
  /** In UTC. */
  readonly at: string;
  /** A UUID, which the answer has in its header `X-Request-Id`. */
  readonly requestId: string;
  /** Null if nobody was recognized. */
  readonly actor: Actor | null;
  /** Where the request came from. */
  readonly address: string;
  readonly action: string;
  /** What it was about; null for all, or if no existing one was named. */
  readonly account: string | null;
  readonly destination: string | null;
  /** `refused`: not allowed, or not understood. `failed`: it was tried. */
  readonly outcome: "done" | "refused" | "failed";
  /** The status of the answer. */
  readonly status: number;
}
