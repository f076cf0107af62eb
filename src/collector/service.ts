/** The collector as others reach it, also across a Durable Object's border: answers are plain data, never exceptions. */
import { type Problem, toProblem } from "../errors.ts";
import type { Collector } from "./collector.ts";
import type { RunReport } from "./report.ts";

export type Outcome<T> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly problem: Problem & { readonly report?: RunReport };
};

/** The methods of the collector that are offered. */
const METHODS = [
  "collect",
  "getEvents",
  "testConnection",
  "status",
  "verdict",
  "deadLetters",
  "redeliver",
  "forgetCursor",
] as const satisfies (keyof Collector)[];

export type Method = typeof METHODS[number];

export type CollectorService = {
  readonly [M in Method]: (
    ...args: Parameters<Collector[M]>
  ) => Promise<Outcome<Awaited<ReturnType<Collector[M]>>>>;
};

/** Offers a collector that lives in this process. */
export function serve(collector: Collector): CollectorService {
  return offer((method, args) => {
    const call = collector[method] as (...args: unknown[]) => Promise<unknown>;
    return answer(() => call.apply(collector, args));
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

async function answer(work: () => Promise<unknown>): Promise<Outcome<unknown>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, problem: toProblem(error) };
  }
}
