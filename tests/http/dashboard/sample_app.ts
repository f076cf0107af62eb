/**
 * The app with made-up collectors and a clock that stands still, on loopback: for what a real run would take
 * days to show, such as two weeks of history. The real bundle is tested beside it.
 */
import type { Status } from "../../../src/collector/collector.ts";
import { UNKNOWN_HEALTH } from "../../../src/collector/health/health.ts";
import type { RunReport } from "../../../src/collector/health/report.ts";
import {
  type CollectorService,
  type Method,
  offer,
  type Outcome,
  type Value,
} from "../../../src/collector/service.ts";
import { askEach } from "../../../src/collector/fleet.ts";
import { createApp } from "../../../src/http/app.ts";
import { CollectorError, type ErrorCode } from "../../../src/errors.ts";
import { toProblem } from "../../../src/problems.ts";
import { type Pipeline, shortName } from "../../../src/pipelines/pipeline.ts";
import { pipelineTo } from "../../environment.ts";
import { DAY_MS, HOUR_MS, iso } from "../../../src/engine/time.ts";

export const NOW_MS = Date.UTC(2026, 10, 21, 19, 42);
export const API_TOKEN = "api-t0ken-9b2c-5e8f-41aa-b7d3-90c6e1f2d4a8";

/** What a made-up collector answers, by method. */
export type Answers = { readonly [M in Method]?: Outcome<Value<M>> };

export function sampleCollector(answers: Answers): CollectorService {
  const missing = failed("internal", "The sample has no answer.");
  const answer = <M extends Method>(method: M): Promise<Outcome<Value<M>>> => {
    const known: Answers[M] = answers[method];
    return Promise.resolve(known ?? missing);
  };
  return offer((method, ..._) => answer(method));
}

/**
 * `samples`: by account, or account and kind of destination, as in `111/hec`. `names`: of some accounts, by
 * their ids.
 */
export function startSampleApp(
  samples: Readonly<Record<string, Answers>>,
  names: Readonly<Record<string, string>> = {},
) {
  const pipelines = Object.keys(samples).map((id) => {
    const pipeline = samplePipeline(id);
    const accountName = names[pipeline.account];
    return accountName === undefined ? pipeline : { ...pipeline, accountName };
  });
  const of = (pipeline: Pipeline) =>
    sampleCollector(samples[pipeline.account] ?? samples[shortName(pipeline)]);
  const app = createApp<{ API_TOKEN: string }>({
    now: () => NOW_MS,
    log: () => {},
    connect: () => ({ pipelines, of, ask: askEach(of) }),
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => app.fetch(request, { API_TOKEN }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The pipeline of `111`, or of `111/hec`. */
export function samplePipeline(id: string): Pipeline {
  const [account, kind = "xsiam"] = id.split("/");
  return pipelineTo(kind, account);
}

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed(code: ErrorCode, detail: string): Outcome<never> {
  return { ok: false, problem: toProblem(new CollectorError(code, { detail })) };
}

export function run(fields: Partial<RunReport> = {}): RunReport {
  return {
    runId: "3f0c1d52-7a52-4d0e-9c0b-6f1c5b0f7a11",
    trigger: "cron",
    outcome: "ok",
    startedAt: iso(NOW_MS - 132_000),
    durationMs: 1240,
    delivered: 12,
    batches: 1,
    deadLettered: 0,
    refused: 0,
    altered: 0,
    lateArrivals: 0,
    twins: 0,
    repeats: 0,
    reconciliation: null,
    backfill: null,
    backfilled: 0,
    limitedBy: null,
    retries: 0,
    recordsRead: 12,
    relocations: 0,
    missingFields: [],
    requests: {},
    answers: {},
    more: false,
    sourceBehind: false,
    goesOn: false,
    cursor: "stored",
    revision: 1204,
    lagSeconds: 1,
    ...fields,
  };
}

/** Two weeks of a busy account. */
export function status(
  account: string,
  { health, ...fields }: Partial<Omit<Status, "health">> & { health?: Partial<Status["health"]> },
): Status {
  const { completeUntilMs: _, ...unknown } = UNKNOWN_HEALTH;
  return {
    state: "healthy",
    lagSeconds: 132,
    because: "The runs succeed.",
    alarming: false,
    undelivered: { deadLetters: 0, setAside: 0, gaps: 0, stalledBackfills: 0, total: 0 },
    account,
    accountName: null,
    destination: "api-example.xdr.eu.paloaltonetworks.com",
    kind: "xsiam",
    deadLetters: 0,
    backfill: null,
    cursor: null,
    ...fields,
    health: {
      ...unknown,
      lastRun: run(),
      lastSuccessAt: iso(NOW_MS - 130_000),
      lastDelivery: { at: iso(NOW_MS - 1_020_000), events: 12 },
      reconciledThrough: "2026-11-20",
      totals: {
        ...unknown.totals,
        ...{ runs: 4032, failedRuns: 6, delivered: 18_240, lateArrivals: 41, twins: 3 },
        ...{ reconciled: 2, retries: 9, repeats: 1 },
      },
      workingSince: iso(NOW_MS - 8 * DAY_MS),
      history: history(),
      ...health,
    },
  };
}

export function history(failedHours: readonly number[] = []): Status["health"]["history"] {
  const wave = (i: number) => Math.round(60 + 55 * Math.sin(i / 3.2) + 12 * Math.cos(i * 2.1));
  const lag = (i: number) => failedHours.includes(i) ? 3600 * (1 + i - failedHours[0]) : 2 + i % 3;
  const isFailing = failedHours.includes(23);
  const problem = {
    ...{ code: "destination_unauthorized", title: "XSIAM refused the API key" },
    service: "xsiam",
  };
  return {
    hours: Array.from({ length: 24 }, (_, i) => ({
      start: iso(NOW_MS - (23 - i) * HOUR_MS).slice(0, 13),
      events: failedHours.includes(i) ? 0 : Math.max(0, wave(i)),
      runs: 12,
      failedRuns: failedHours.includes(i) ? 12 : 0,
      lagSeconds: lag(i),
    })),
    days: Array.from({ length: 14 }, (_, i) => ({
      start: iso(NOW_MS - (13 - i) * DAY_MS).slice(0, 10),
      events: i % 7 > 4 ? 90 + 30 * i : 900 + 47 * ((i * 5) % 9),
      runs: 288,
      failedRuns: i === 4 ? 3 : failedHours.length > 0 && i === 13 ? failedHours.length * 12 : 0,
      lagSeconds: i === 4 ? 2700 : i === 13 && isFailing ? failedHours.length * 3600 : 40,
    })),
    runs: Array.from({ length: 24 }, (_, i) => ({
      runId: `run-${i}`,
      trigger: "cron",
      startedAt: iso(NOW_MS - 132_000 - (23 - i) * 300_000),
      durationMs: isFailing ? 640 : 840 + 57 * (i % 5),
      events: isFailing ? 0 : wave(i % 24),
      refused: 0,
      requests: isFailing ? 2 : 3 + i % 2,
      lagSeconds: isFailing ? 3600 * failedHours.length : 1 + i % 2,
      problem: isFailing ? problem : null,
    })),
    outages: [
      {
        ...{ code: "upstream_timeout", title: "The service did not answer in time" },
        service: "audit",
        ...{ from: iso(NOW_MS - 9 * DAY_MS), until: iso(NOW_MS - 9 * DAY_MS + 601_000) },
        failedRuns: 3,
      },
      ...(isFailing
        ? [{
          ...problem,
          from: iso(NOW_MS - failedHours.length * HOUR_MS),
          until: iso(NOW_MS - 131_000),
          failedRuns: 12 * failedHours.length,
        }]
        : []),
    ],
  };
}
