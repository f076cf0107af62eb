/** When a session of the status page ends. Pure. */

/** What somebody who is signed in may do. */
export interface Rights {
  /** Change something. */
  readonly act: boolean;
  /** Read the content of events. */
  readonly readEvents: boolean;
}

export interface SessionStart {
  /** The name of the token that it was started with. */
  readonly token: string;
  /** A keyed digest of that token: without the token, the session ends. */
  readonly tokenMark: string;
}

export interface Session extends SessionStart {
  /** Epoch milliseconds. */
  readonly startedMs: number;
  readonly usedMs: number;
}

export const SESSION_SECONDS = 12 * 3600;
export const IDLE_SECONDS = 30 * 60;

export function isAlive({ startedMs, usedMs }: Session, nowMs: number): boolean {
  return nowMs >= startedMs && nowMs - startedMs < SESSION_SECONDS * 1000 &&
    nowMs - usedMs < IDLE_SECONDS * 1000;
}
