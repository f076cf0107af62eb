/**
 * What is kept about an account's connection between runs, and how it is read again: a part in an unknown
 * form counts as absent, and is found again. Pure.
 */
import * as v from "valibot";
import { DAY_MS } from "../../engine/time.ts";
import { type AccessToken, readKeptToken } from "../../upstream/access_token.ts";
import { strictOrigin } from "../../settings/hosts.ts";
import { parsed } from "../../settings/values.ts";
import type { Refusals } from "./changeover.ts";

export interface Known {
  readonly auditHost?: KnownHost | undefined;
  readonly authHost?: KnownHost | undefined;
  readonly token?: AccessToken | undefined;
  /** How often the account's wire format has been refused since it last worked, if it has. */
  readonly refusals?: Refusals | undefined;
}

export interface KnownHost {
  readonly origin: string;
  /** Epoch milliseconds. */
  readonly useUntilMs: number;
}

/** How long a discovered host is used before it is asked for again. */
export const HOST_LIFETIME_MS = DAY_MS;

const Host = v.object({ origin: parsed(strictOrigin), useUntilMs: v.number() });
const KeptRefusals = v.object({
  api: v.picklist(["graphql", "rest"]),
  sinceMs: v.number(),
  runs: v.number(),
});

/** What was kept, as far as it may still be used. */
export function readKnown(kept: unknown, nowMs: number): Known {
  const { auditHost, authHost, token, refusals } = (kept ?? {}) as Record<keyof Known, unknown>;
  const counted = v.safeParse(KeptRefusals, refusals);
  return {
    auditHost: readHost(auditHost, nowMs),
    authHost: readHost(authHost, nowMs),
    token: readKeptToken(token, nowMs) ?? undefined,
    refusals: counted.success ? counted.output : undefined,
  };
}

function readHost(kept: unknown, nowMs: number): KnownHost | undefined {
  const host = v.safeParse(Host, kept);
  if (!host.success) return undefined;
  const leftMs = host.output.useUntilMs - nowMs;
  return leftMs > 0 && leftMs <= HOST_LIFETIME_MS ? host.output : undefined;
}
