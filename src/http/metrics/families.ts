/**
 * The metrics: their names, types and meaning, and which measure is the value of each. Pure.
 * docs/metrics.md has the same table; a test compares the two.
 */
import { ANY_DESTINATION } from "../../destinations/catalog.ts";
import { DURATION_BOUNDS_SECONDS } from "../../collector/health/health.ts";
import { STATES } from "../../collector/health/verdict.ts";
import type { Measures } from "../../collector/health/measures.ts";
import { labelsOf, type Pipeline } from "../../pipelines/pipeline.ts";
import { type Family, histogramSamples, type Labels, type Sample } from "./exposition.ts";

/** A pipeline and its measures; null when its collector could not be asked, or its settings are invalid. */
export interface Measured {
  readonly pipeline: Pipeline;
  readonly measures: Measures | null;
}

const PREFIX = "liveperson_collector_";

/** A metric, and its samples for one pipeline. */
interface Metric extends Omit<Family, "samples"> {
  readonly samples: (labels: Labels, measures: Measures) => readonly Sample[];
}

const COUNTERS: readonly Metric[] = [
  counter(
    "events_delivered",
    `Events that ${ANY_DESTINATION} accepted, without reconciled and backfilled ones`,
    "delivered",
  ),
  counter(
    "events_reconciled",
    "Late events that reconciliation found and delivered",
    "reconciled",
  ),
  counter("events_backfilled", "Events that backfills delivered", "backfilled"),
  counter("late_arrivals", "Events that the source showed after newer ones", "lateArrivals"),
  counter("twins", "Events that are identical to an earlier one in every field", "twins"),
  counter(
    "repeats",
    "Events that may have been sent twice, with the same event_id",
    "repeats",
  ),
  counter("events_dead_lettered", "Events that have become dead letters", "deadLettered"),
  counter("events_discarded", "Refused events that somebody discarded", "discarded"),
  counter("events_altered", "Events that the destination accepted, but altered", "altered"),
  counter("upstream_retries", "Attempts at requests that were retries", "retries"),
];

const GAUGES: readonly Metric[] = [
  gauge("dead_letters", "Dead letters that are kept", (m) => m.undelivered.deadLetters),
  gauge(
    "events_set_aside",
    "Refused events that are set aside and tried again by runs",
    (m) => m.undelivered.setAside,
  ),
  gauge(
    "records_missing",
    "Records that the source has but did not show",
    (m) => m.undelivered.gaps,
  ),
  gauge(
    "undelivered",
    "Everything known to be missing at the destination; a stalled backfill counts as 1",
    (m) => m.undelivered.total,
  ),
  gauge(
    "fields_missing",
    "Documented fields that the source does not know",
    (m) => m.missingFields.length,
  ),
  {
    ...gauge(
      "lag_seconds",
      "How far back events may still be undelivered, apart from those that are kept",
      (m) => m.lagSeconds,
    ),
    unit: "seconds",
  },
  gauge("backlog", "1 if the last run left more to read", (m) => m.backlog ? 1 : 0),
  gauge(
    "consecutive_failures",
    "Runs that have failed since the last successful one",
    (m) => m.consecutiveFailures,
  ),
  gauge(
    "alarming",
    "1 if somebody should look, by the criteria of /healthz",
    (m) => m.alarming ? 1 : 0,
  ),
  gauge(
    "backfill_running",
    "1 while a backfill is not complete",
    (m) => m.backfill !== null && m.backfill.completedAt === null ? 1 : 0,
  ),
  gauge(
    "backfill_stalled",
    "1 while a backfill that is not complete makes no progress",
    (m) => m.undelivered.stalledBackfills,
  ),
  gauge(
    "backfill_events",
    "Events that the last backfill has delivered so far",
    (m) => m.backfill?.delivered ?? 0,
  ),
  time("last_run", "When the last run ended", (m) => m.lastRunAt),
  time("last_success", "When the last successful run ended", (m) => m.lastSuccessAt),
  time("last_delivery", "When the last event was delivered", (m) => m.lastDeliveryAt),
];

const STATE: Metric = {
  name: "state",
  type: "gauge",
  help: "1 for the state that the pipeline is in, 0 for the others",
  samples: (labels, measures) =>
    STATES.map((state) => ({
      labels: { ...labels, state },
      value: measures.state === state ? 1 : 0,
    })),
};

const RUNS: Metric = {
  name: "runs",
  type: "counter",
  help: "Runs that ended",
  samples: (labels, { totals }) => [
    { labels: { ...labels, outcome: "ok" }, value: totals.runs - totals.failedRuns },
    { labels: { ...labels, outcome: "failed" }, value: totals.failedRuns },
  ],
};

const UPSTREAM_REQUESTS: Metric = {
  name: "upstream_requests",
  type: "counter",
  help: "Attempts at requests to other services during runs; status is none if there was no answer",
  samples: (labels, { totals }) =>
    Object.entries(totals.answers).flatMap(([target, statuses]) =>
      Object.entries(statuses!).map(([status, value]) => ({
        labels: { ...labels, target, status },
        value,
      }))
    ),
};

const RUN_DURATION: Metric = {
  name: "run_duration_seconds",
  type: "histogram",
  unit: "seconds",
  help: "How long the runs took",
  samples: (labels, { totals }) =>
    histogramSamples(
      labels,
      DURATION_BOUNDS_SECONDS,
      totals.durations,
      totals.runs,
      totals.durationSeconds,
    ),
};

const METRICS: readonly Metric[] = [
  STATE,
  ...GAUGES,
  RUNS,
  ...COUNTERS,
  UPSTREAM_REQUESTS,
  RUN_DURATION,
];

/** `refusals`: how many requests without a valid token were refused. */
export function toFamilies(
  all: readonly Measured[],
  version: string,
  refusals = 0,
): readonly Family[] {
  return [
    buildFamily(version),
    refusedFamily(refusals),
    upFamily(all),
    ...METRICS.map((metric) => fill(metric, all)),
  ];
}

/** The metric, with the samples of every pipeline whose measures are known. */
function fill({ name, samples, ...metric }: Metric, all: readonly Measured[]): Family {
  return {
    ...metric,
    name: PREFIX + name,
    samples: all.flatMap(({ pipeline, measures }) =>
      measures === null ? [] : samples(labels(pipeline), measures)
    ),
  };
}

/** An account without a destination has `none`: to Prometheus, an empty label is no label. */
function labels(pipeline: Pipeline): Labels {
  const { account, destination } = labelsOf(pipeline);
  return { account, destination: destination ?? "none" };
}

function buildFamily(version: string): Family {
  return {
    name: `${PREFIX}build`,
    type: "info",
    help: "The collector's version",
    samples: [{ labels: { version }, value: 1 }],
  };
}

function refusedFamily(value: number): Family {
  return {
    name: `${PREFIX}access_refused`,
    type: "counter",
    help: "Requests without a valid token",
    samples: [{ labels: {}, value }],
  };
}

function upFamily(all: readonly Measured[]): Family {
  return {
    name: `${PREFIX}up`,
    type: "gauge",
    help: "1 if the collector answered, 0 if it is broken or misconfigured",
    samples: all.map(({ pipeline, measures }) => ({
      labels: labels(pipeline),
      value: measures === null ? 0 : 1,
    })),
  };
}

type Countable = {
  [K in keyof Measures["totals"]]: Measures["totals"][K] extends number ? K : never;
}[keyof Measures["totals"]];

function counter(name: string, help: string, total: Countable): Metric {
  return { name, type: "counter", help, samples: one(({ totals }) => totals[total]) };
}

function gauge(name: string, help: string, value: Value): Metric {
  return { name, type: "gauge", help, samples: one(value) };
}

function time(name: string, help: string, at: (measures: Measures) => string | null): Metric {
  return {
    ...gauge(`${name}_timestamp_seconds`, `${help}, in seconds since the epoch`, (measures) => {
      const text = at(measures);
      return text === null ? null : Date.parse(text) / 1000;
    }),
    unit: "seconds",
  };
}

/** Null when there is none yet. */
type Value = (measures: Measures) => number | null;

/** One sample, or none, for a metric that has one value per pipeline. */
function one(value: Value): Metric["samples"] {
  return (labels, measures) => {
    const known = value(measures);
    return known === null ? [] : [{ labels, value: known }];
  };
}
