/** What the process of the simulators is asked for, and what it tells. Pure. */

export interface StandOptions {
  readonly accounts: number;
  readonly latencyMs: number;
  /** The format that LivePerson speaks. Records of `rest` are a third as long; the reference reads them. */
  readonly wire: "graphql" | "rest";
  /** Makes each page once: who asks for it again waits for the latency alone. */
  readonly keepAnswers: boolean;
}

/** Told when the simulators are up. */
export interface StandStarted {
  /** Settings of a collector of all accounts. */
  readonly settings: Readonly<Record<string, string>>;
}

/** More events for each account, with times between these ages. */
export interface Addition {
  readonly events: number;
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
}

export interface StandCounts {
  readonly received: number;
  /** Requests to LivePerson, of every kind. */
  readonly asked: number;
  readonly pushes: number;
}
