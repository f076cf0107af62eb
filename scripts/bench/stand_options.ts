/** What the process of the simulators is asked for, and what it tells. */
export interface StandOptions {
  readonly accounts: number;
  readonly latencyMs: number;
  readonly compression: "gzip" | "none";
}

/** More events for each account, with times between these ages. */
export interface Addition {
  readonly events: number;
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
}

export interface StandCounts {
  readonly received: number;
  readonly distinct: number;
  /** Requests to LivePerson, of every kind. */
  readonly asked: number;
  readonly pushes: number;
}

export const CREDENTIALS = {
  clientId: "client",
  clientSecret: "client-secret",
  apiKey: "xsiam-key",
} as const;

export function accountId(index: number): string {
  return `site${index}`;
}
