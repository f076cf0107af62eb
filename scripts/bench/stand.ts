/**
 * The simulators of a measurement, in a process of their own, so that what they need is not counted as
 * the product's. Prints one line of JSON when they are up, and ends when its input does.
 */
import { generateRecords } from "../simulators/records.ts";
import { startLivePerson } from "../simulators/liveperson.ts";
import { startXsiam } from "../simulators/xsiam.ts";

/** What the process is asked for, as JSON in its first argument. */
export interface StandOptions {
  readonly accounts: number;
  /** Events of each account. */
  readonly events: number;
  /** They lie between these ages. */
  readonly fromAgeMs: number;
  readonly toAgeMs: number;
  readonly latencyMs: number;
  readonly wire: "graphql" | "rest";
  readonly compression: "gzip" | "none";
}

export interface StandUrls {
  readonly livePerson: string;
  readonly xsiam: string;
}

export const CREDENTIALS = {
  clientId: "client",
  clientSecret: "client-secret",
  apiKey: "xsiam-key",
} as const;

export function accountId(index: number): string {
  return `site${index}`;
}

if (import.meta.main) {
  const options: StandOptions = JSON.parse(Deno.args[0]);
  const { clientId, clientSecret, apiKey } = CREDENTIALS;
  const ids = Array.from({ length: options.accounts }, (_, index) => accountId(index));
  const livePerson = await startLivePerson({
    accounts: ids.map((id) => ({ accountId: id, clientId, clientSecret })),
    keepRequestBodies: false,
    latencyMs: options.latencyMs,
    wire: options.wire,
  });
  const { latencyMs, compression } = options;
  const xsiam = await startXsiam({ apiKey, keepEvents: false, latencyMs, compression });
  const now = Date.now();
  for (const [index, id] of ids.entries()) {
    livePerson.add(generateRecords({
      seed: index + 1,
      count: options.events,
      fromMs: now - options.fromAgeMs,
      toMs: now - options.toAgeMs,
      accountId: id,
      automaticShare: 0,
    }));
  }
  const counts = () => ({
    received: xsiam.count,
    distinct: xsiam.ids.size,
    livePersonRequests: livePerson.requests.length,
    pushes: xsiam.requests.length,
  });
  console.log(JSON.stringify({ livePerson: livePerson.url, xsiam: xsiam.url }));
  // each line of input is answered with the counts so far
  for await (const _ of Deno.stdin.readable) console.log(JSON.stringify(counts()));
  await Promise.all([livePerson.close(), xsiam.close()]);
}
