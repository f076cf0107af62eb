/** What the process of the simulators takes and prints. Pure. */

export interface StandOptions {
  readonly accounts: number;
  readonly latencyMs: number;
  /** The wire format of LivePerson. Records of `rest` are a third as long; the reference reads those. */
  readonly wire: "graphql" | "rest";
  /** Makes each page once: asked for again, it takes only the latency. */
  readonly keepAnswers: boolean;
  /** Destinations beside XSIAM. */
  readonly beside: readonly Beside[];
}

export type Beside = "hec" | "elasticsearch";

/** Printed when the simulators are up. */
export interface StandStarted {
  /** Settings of a collector of all accounts. */
  readonly settings: Readonly<Record<string, string>>;
}

/** More events for each account, with times between these ages. */
export interface Addition {
  readonly events: number;
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
  /** How long the new value of each is; as long as usual if left out. */
  readonly valueBytes?: number;
}

/** What a destination has got. */
export interface Received {
  readonly events: number;
  /** How many of them were not there before. */
  readonly distinct: number;
  /** Requests to it, of every kind. */
  readonly requests: number;
}

export interface StandCounts {
  /** Events at the destination that has the fewest. */
  readonly received: number;
  /** Requests to LivePerson, of every kind. */
  readonly asked: number;
  /** Requests to all destinations. */
  readonly pushes: number;
  readonly destinations: Readonly<Record<string, Received>>;
}
