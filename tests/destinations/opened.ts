/** A kind of destination, opened with settings as they are given to it, over real HTTP. */
import * as v from "valibot";
import type { AnyKind, DestinationTools } from "../../src/destinations/kind.ts";
import { lineOf } from "../../src/engine/batch.ts";
import type { Line } from "../../src/engine/ports.ts";
import { CollectorError } from "../../src/errors.ts";
import { givenSettings } from "../../src/settings/read.ts";
import { FORGETFUL } from "../../src/storage/vault.ts";
import { type TracedAttempt, Upstream, type UpstreamOptions } from "../../src/upstream/upstream.ts";
import { ACCOUNT } from "../environment.ts";

export function opened(
  kind: AnyKind,
  given: Readonly<Record<string, unknown>>,
  options: Partial<UpstreamOptions> = {},
) {
  const set = givenSettings(Object.keys(kind.settings), given);
  const settings = v.parse(v.object(kind.settings), set);
  const traced: TracedAttempt[] = [];
  const upstream = new Upstream({
    fetch,
    now: Date.now,
    timeoutMs: 10_000,
    retryDelayMs: 0,
    deadlineMs: Infinity,
    maxRequests: 100,
    trace: (attempt) => traced.push(attempt),
    ...options,
  });
  const tools: DestinationTools = {
    upstream,
    account: ACCOUNT,
    now: options.now ?? Date.now,
    vault: () => FORGETFUL,
  };
  return {
    destination: kind.open(settings, tools)!,
    check: async () => await kind.connectionCheck.check?.(settings, tools),
    traced,
  };
}

/** So many events, a second apart; `padding`: so many characters more in each. */
export function linesOf(count: number, padding = 0): readonly Line[] {
  return Array.from({ length: count }, (_, index) => {
    const eventId = `${String(index).padStart(32, "0")}-1`;
    const json = JSON.stringify({ event_id: eventId, text: "é".repeat(padding / 2) });
    return lineOf({ eventId, occurrence: 1, timeMs: 1_795_600_000_123 + index * 1000, json });
  });
}

/** What a push or a check is thrown. */
export async function thrownBy(work: Promise<unknown>): Promise<CollectorError> {
  const error = await work.then(() => null, (error: unknown) => error);
  if (error instanceof CollectorError) return error;
  throw new Error(`A CollectorError was expected, not ${error}`);
}
