/** The collector as others reach it, also across a Durable Object's border: answers are plain data, never exceptions. */
import { type Problem, toProblem } from "../errors.ts";
import { type AccountEntry, readAccount } from "../settings/accounts.ts";
import type { Platform } from "../settings/settings.ts";
import { Collector } from "./collector.ts";
import type { Host } from "./platform.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly problem: Problem;
};

/** The methods of the collector that are offered. */
const METHODS = [
  "collect",
  "getEvents",
  "testConnection",
  "status",
  "verdict",
  "measures",
  "deadLetters",
  "redeliver",
  "startBackfill",
  "advanceBackfill",
  "cancelBackfill",
  "forgetCursor",
] as const satisfies (keyof Collector)[];

export type Method = typeof METHODS[number];

export type CollectorService = {
  readonly [M in Method]: (
    ...args: Parameters<Collector[M]>
  ) => Promise<Outcome<Awaited<ReturnType<Collector[M]>>>>;
};

/** Offers the collector of an account that lives in this process. If its settings are bad, it says so. */
export function serve(entry: AccountEntry, platform: Platform, host: Host): CollectorService {
  let collector: Collector | undefined;
  return offer(async (method, args) => {
    try {
      collector ??= new Collector(readAccount(entry, platform), host);
      const call = collector[method] as (...args: unknown[]) => Promise<unknown>;
      return { ok: true, value: await call.apply(collector, args) };
    } catch (error) {
      const account = entry.id;
      const runId = host.newId();
      const problem: Problem = { ...toProblem(error), account, runId };
      if (method === "collect") {
        host.log({ level: "error", event: "run_failed", runId, account, problem });
      } else if (problem.code !== "configuration_invalid") {
        host.log({ level: "warn", event: "command_failed", runId, account, method, problem });
      }
      return { ok: false, problem };
    }
  });
}

/** Offers a collector that lives elsewhere: `call` passes the method and its arguments on. */
export function offer(
  call: (method: Method, args: unknown[]) => Promise<Outcome<unknown>>,
): CollectorService {
  return Object.fromEntries(
    METHODS.map((method) => [method, (...args: unknown[]) => call(method, args)]),
  ) as unknown as CollectorService;
}
