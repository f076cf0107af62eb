/**
 * What Elasticsearch and OpenSearch answer to a bulk request, and what it means for each event. Pure.
 * Sources: Elastic, "Bulk API" and "Failure store"; elasticsearch-specification, `_global/bulk/types.ts`.
 */
import * as v from "valibot";
import { CollectorError, type ErrorCode } from "../../errors.ts";
import type { Line, PushAnswer } from "../../engine/ports.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";

export const ID = "elasticsearch";
export const LABEL = "Elasticsearch";

const Failure = v.object({ type: v.string(), reason: v.nullish(v.string()) });
const Item = v.object({
  _id: v.nullish(v.string()),
  status: v.number(),
  error: v.optional(Failure),
  failure_store: v.optional(v.string()),
});
type Item = v.InferOutput<typeof Item>;

const Bulk = v.object({ items: v.array(v.object({ create: Item })) });
const Refusal = v.object({ error: v.union([Failure, v.string()]) });

/** The part of an answer that is read. The server need not send the rest. */
export const READ_FIELDS = [
  "_id",
  "status",
  "error.type",
  "error.reason",
  "failure_store",
].map((field) => `items.create.${field}`).concat("error", "status");

/** What became of one event. */
type Verdict =
  | "taken"
  /** Put into the data stream's failure store: it is kept, but not where it belongs. */
  | "altered"
  | "again"
  | { readonly status: number; readonly reason: string }
  | CollectorError;

/** Errors with a 4xx status although another index would accept the event: so nothing is wrong with it. */
const SETTINGS_AT_FAULT = new Set(["index_closed_exception", "invalid_index_name_exception"]);

/** A pipeline's `fail` processor refuses the event on purpose, with status 500. */
const REFUSED_BY_PIPELINE = "fail_processor_exception";

/**
 * @throws {CollectorError} `destination_unauthorized`, `destination_not_found`, `upstream_unreadable`,
 * `upstream_rate_limited` or `upstream_failed`
 */
export function readAnswer(reply: UpstreamReply, lines: readonly Line[]): PushAnswer {
  const { status, text } = reply;
  if (status === 200) return readItems(parse(Bulk, text)?.items ?? [], lines);
  const type = errorType(text);
  switch (status) {
    case 413:
      return { refusedWhole: { status, reason: "it calls the request too large" } };
    case 400:
      if (SETTINGS_AT_FAULT.has(type ?? "")) throw failure("destination_not_found", reply, type);
      return { refusedWhole: { status, reason: `it refuses the request${named(type)}` } };
    default:
      throw failureOf(reply);
  }
}

/** An unsuccessful answer as an error. */
export function failureOf(reply: Pick<UpstreamReply, "status" | "text" | "unanswered">) {
  const type = errorType(reply.text);
  switch (reply.status) {
    case 401:
    case 403:
      return failure("destination_unauthorized", reply, type);
    case 404:
      return failure("destination_not_found", reply, type);
    case 429:
      return failure("upstream_rate_limited", reply, type);
    default:
      return failure("upstream_failed", reply, type);
  }
}

/**
 * The items come in the order in which the events were sent. If some were accepted and others show that a
 * setting is wrong, those others are sent again alone: the answer is then only about the setting, and what
 * was accepted counts.
 */
function readItems(
  items: v.InferOutput<typeof Bulk>["items"],
  lines: readonly Line[],
): PushAnswer {
  const verdicts = items.map(({ create }) => judge(create));
  const isWhole = items.length === lines.length &&
    items.every(({ create }, index) => isAbout(create, lines[index]));
  if (!isWhole) throw unreadable();
  const faults = verdicts.filter((verdict) => verdict instanceof CollectorError);
  if (faults.length === lines.length) throw faults[0];
  const indexesOf = (wanted: (verdict: Verdict) => boolean) =>
    verdicts.flatMap((verdict, index) => wanted(verdict) ? [index] : []);
  return {
    refused: verdicts.flatMap((verdict, index) =>
      typeof verdict === "object" && "reason" in verdict ? [{ index, ...verdict }] : []
    ),
    again: indexesOf((verdict) => verdict === "again" || verdict instanceof CollectorError),
    altered: verdicts.filter((verdict) => verdict === "altered").length,
  };
}

/** In the failure store an event has a different id. */
function isAbout({ _id: id, failure_store: store }: Item, { eventId }: Line): boolean {
  return id === eventId || store === "used";
}

function judge({ status, error, failure_store: store }: Item): Verdict {
  const { type } = error ?? {};
  if (status === 200 || status === 201) return store === "used" ? "altered" : "taken";
  if (status === 409) return type === "version_conflict_engine_exception" ? "taken" : "again";
  if (type === REFUSED_BY_PIPELINE) return { status, reason: "an ingest pipeline refuses it" };
  if (type === "cluster_block_exception" && status === 403) {
    return itemFailure("upstream_failed", status, type);
  }
  if (status === 429 || status >= 500) return "again";
  if (status === 401 || status === 403) {
    return itemFailure("destination_unauthorized", status, type);
  }
  if (status === 404 || SETTINGS_AT_FAULT.has(type ?? "")) {
    return itemFailure("destination_not_found", status, type);
  }
  if (status < 400) return unreadable();
  return { status, reason: reasonOf(error) };
}

/** The kind of error, and the field that it is about. The rest of the message may quote the event. */
function reasonOf(error: v.InferOutput<typeof Failure> | undefined): string {
  if (error === undefined) return "it does not say why";
  const [, field] = /\bfield \[([\w@.-]{1,100})\]/.exec(error.reason ?? "") ?? [];
  return field === undefined ? shown(error.type) : `${shown(error.type)}, field ${field}`;
}

function itemFailure(code: ErrorCode, status: number, type: string | undefined): CollectorError {
  return failure(code, { status, unanswered: 0 }, type);
}

function failure(
  code: ErrorCode,
  { status, unanswered }: Pick<UpstreamReply, "status" | "unanswered">,
  type: string | undefined,
): CollectorError {
  return new CollectorError(code, {
    detail: `${LABEL} answered ${status}${named(type)}.`,
    upstream: { name: ID, status },
    unanswered,
  });
}

function unreadable(): CollectorError {
  return new CollectorError("upstream_unreadable", {
    detail:
      `${LABEL} did not say for each event whether it was accepted, so none counts as delivered.`,
    upstream: { name: ID, status: 200 },
  });
}

function errorType(text: string): string | undefined {
  const error = parse(Refusal, text)?.error;
  return typeof error === "object" ? error.type : undefined;
}

function named(type: string | undefined): string {
  return type === undefined ? "" : ` (${shown(type)})`;
}

/** Types are words such as `mapper_parsing_exception`. */
function shown(type: string): string {
  return /^\w{1,80}$/.test(type) ? type : "unknown";
}

function parse<Schema extends v.GenericSchema>(schema: Schema, text: string) {
  try {
    const result = v.safeParse(schema, JSON.parse(text));
    return result.success ? result.output as v.InferOutput<Schema> : undefined;
  } catch {
    return undefined;
  }
}
