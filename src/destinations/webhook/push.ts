/** Pushes events to a webhook, batch by batch, each attempt signed again. Does I/O through `Upstream`. */
import type { DestinationLimits, Line, PushAnswer } from "../../engine/ports.ts";
import { CollectorError, type ErrorCode } from "../../errors.ts";
import type { FormatName } from "../../event_formats/index.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";
import type { DestinationTools, OpenDestination } from "../kind.ts";
import { batchId, webhookHeaders } from "./signature.ts";

export const ID = "webhook";
export const LABEL = "Webhook";

interface WebhookOptions {
  /** It may be a secret in itself. */
  readonly url: string;
  /** In base64. */
  readonly keys: readonly string[];
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: "ndjson" | "array";
  readonly format: FormatName;
}

/** The body is not compressed, so these are the bytes that are sent. */
const MAX_BYTES = 900_000;
/** The brackets of an array. */
const AROUND = 2;

/** Receivers differ. Of those in docs/destinations, the lowest documented limit is Sumo Logic's 1 MB. */
export const LIMITS: DestinationLimits = {
  targetBytes: MAX_BYTES - AROUND,
  maxBytes: MAX_BYTES - AROUND,
  maxEvents: Infinity,
  maxEventBytes: MAX_BYTES - AROUND - 1,
};

const CONTENT_TYPES = { ndjson: "application/x-ndjson", array: "application/json" } as const;

const utf8 = new TextEncoder();

export class Webhook implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits = LIMITS;
  readonly format: FormatName;

  constructor(
    private readonly options: WebhookOptions,
    private readonly tools: Pick<DestinationTools, "upstream" | "now">,
  ) {
    this.format = options.format;
  }

  /** @throws {CollectorError} `destination_unauthorized`, `destination_not_found` or an `upstream_…` one */
  async push(lines: readonly Line[]): Promise<PushAnswer> {
    const { url, keys, headers } = this.options;
    const body = encodeBody(lines, this.options.body);
    const id = batchId(lines);
    const reply = await this.tools.upstream.send({
      name: ID,
      label: LABEL,
      method: "POST",
      url,
      isUrlSecret: true,
      headers: () => ({
        "content-type": CONTENT_TYPES[this.options.body],
        ...headers,
        ...webhookHeaders(id, body, keys, this.tools.now()),
      }),
      body,
    });
    return readAnswer(reply);
  }
}

/** Nothing follows the last line: a receiver that splits at newlines would find an empty event there. */
export function encodeBody(
  lines: readonly Pick<Line, "json">[],
  form: WebhookOptions["body"],
): Uint8Array<ArrayBuffer> {
  const events = lines.map(({ json }) => json);
  return utf8.encode(form === "array" ? `[${events.join(",")}]` : events.join("\n"));
}

/** What a refusal means. The receiver's own text is not passed on, because it may quote the event. */
const REASONS: Readonly<Record<number, string>> = {
  400: "it calls the content malformed",
  413: "it calls the content too large",
  422: "it can't process the content",
};

const FAILURES: Readonly<Record<number, ErrorCode>> = {
  401: "destination_unauthorized",
  403: "destination_unauthorized",
  404: "destination_not_found",
  410: "destination_not_found",
  429: "upstream_rate_limited",
};

/** A receiver answers once for the whole batch; only the status counts. */
export function readAnswer({ status, unanswered }: Omit<UpstreamReply, "headers">): PushAnswer {
  if (status >= 200 && status < 300) return { refused: [], again: [], unanswered };
  if (status in REASONS) return { refusedWhole: { status, reason: REASONS[status] }, unanswered };
  const meaning = status === 410 ? ": it is gone for good" : "";
  throw new CollectorError(FAILURES[status] ?? "upstream_failed", {
    detail: `The webhook's receiver answered ${status}${meaning}.`,
    upstream: { name: ID, status },
    unanswered,
  });
}
