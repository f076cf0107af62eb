/**
 * Pushes events to Elasticsearch or OpenSearch by the bulk API. Each becomes a document with the event's
 * id, so that an index never holds it twice. Does I/O through `Upstream`.
 * Source: Elastic, "Bulk API"; OpenSearch, "Bulk".
 */
import type { DestinationLimits, Line, PushAnswer } from "../../engine/ports.ts";
import type { FormatName } from "../../event_formats/index.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";
import { MAX_DESTINATION_ANSWER_BYTES } from "../../upstream/answer_limits.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { type EncodedLine, encodeLines, gzip } from "../encode.ts";
import type { OpenDestination } from "../kind.ts";
import { ID, LABEL, READ_FIELDS, readAnswer } from "./answer.ts";
import type { Target } from "./check.ts";

interface ElasticsearchOptions extends Target {
  readonly compression: "gzip" | "none";
  readonly format: FormatName;
}

/** An action and its id, which has 34 characters or a few more, and two newlines. */
const ENVELOPE_BYTES = actionLine("").bytes + 40 + 2;

/** The answer explains each refused document, in a few hundred bytes and with a part of the value. */
const REASON_BYTES = 1024;

const MAX_BYTES = 10 * 1024 * 1024;

/**
 * Elasticsearch takes 100 MB, unless it is set up otherwise; the small instances of Amazon OpenSearch
 * Service take 10 MiB. Source: Elastic, "Networking settings"; AWS, "OpenSearch Service network limits".
 */
export const LIMITS: DestinationLimits = {
  targetBytes: 4 * 1024 * 1024,
  maxBytes: MAX_BYTES,
  maxEvents: 10_000,
  maxEventBytes: MAX_BYTES - ENVELOPE_BYTES,
  envelopeBytes: ENVELOPE_BYTES,
};

export class Elasticsearch implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits = LIMITS;
  readonly format: FormatName;

  constructor(
    private readonly options: ElasticsearchOptions,
    private readonly upstream: Upstream,
  ) {
    this.format = options.format;
  }

  /** A data stream refuses documents without `@timestamp`, so formats that lack one are given it. */
  shape<Formatted extends Readonly<Record<string, unknown>>>(
    formatted: Formatted,
    { _time }: AuditEvent,
  ): Readonly<Record<string, unknown>> {
    return "@timestamp" in formatted ? formatted : { "@timestamp": _time, ...formatted };
  }

  /** @throws {CollectorError} see `readAnswer`, and an `upstream_…` one */
  async push(lines: readonly Line[]): Promise<PushAnswer> {
    const { url, index, authorization, compression } = this.options;
    const reply = await this.upstream.send({
      name: ID,
      label: LABEL,
      method: "POST",
      url: `${url}/${encodeURIComponent(index)}/_bulk?filter_path=${READ_FIELDS.join(",")}`,
      headers: {
        Authorization: authorization,
        "Content-Type": "application/x-ndjson",
        ...(compression === "gzip" && { "Content-Encoding": "gzip" }),
      },
      body: encodeBody(lines, compression),
      maxAnswerBytes: MAX_DESTINATION_ANSWER_BYTES + lines.length * REASON_BYTES,
    });
    return readAnswer(reply, lines);
  }
}

/** `create` never replaces a document, and is the only action that a data stream takes. */
function actionLine(eventId: string): EncodedLine {
  const json = `{"create":{"_id":"${eventId}"}}`;
  return { json, bytes: json.length };
}

function encodeBody(
  lines: readonly Line[],
  compression: ElasticsearchOptions["compression"],
): Uint8Array<ArrayBuffer> {
  const encoded = encodeLines(lines.flatMap((line) => [actionLine(line.eventId), line]));
  return compression === "gzip" ? gzip(encoded) : encoded;
}
