/** What is remembered about the people and programs that use the routes and the page: the contract. */
import type { OperatorAction } from "./action.ts";
import type { Session, SessionStart } from "./session.ts";

export interface Operators {
  /** The page's key: random, made once for a deployment, and the same for ever. */
  pageKey(): Promise<string>;
  /** Starts a session; returns its id. */
  startSession(start: SessionStart): Promise<string>;
  /** The session, if it has not ended. `isUse`: notes that it was used. */
  findSession(id: string, isUse: boolean): Promise<Session | null>;
  endSession(id: string): Promise<void>;
  /** Ends every session, whoever started it. */
  endSessions(): Promise<void>;
  /**
   * Counts a wrong token from an address, and `unreported` others that met a limit before. Returns until
   * when that address is limited, epoch milliseconds; null if it isn't.
   */
  countRefusal(address: string, unreported: number): Promise<number | null>;
  /** How many requests were refused, including `unreported` others. */
  refusals(unreported: number): Promise<number>;
  /** Keeps what somebody did. */
  keepAction(action: OperatorAction): Promise<void>;
  /** The last ones, newest first. */
  actions(): Promise<readonly OperatorAction[]>;
}
