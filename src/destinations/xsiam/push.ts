/**
 * Pushes events to Cortex XSIAM's HTTP log collector. Does I/O through `Upstream`.
 * Source: Palo Alto Networks, "Set up an HTTP log collector to receive logs".
 */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import type { Line } from "../../engine/batch.ts";
import type { DestinationLimits, PushAnswer } from "../../engine/ports.ts";
import type { FormatName } from "../../event_formats/index.ts";
import { type EncodedLine, encodeLines, gzip } from "../encode.ts";
import type { OpenDestination } from "../kind.ts";
import { failedForNow } from "../../upstream/retry.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";

interface XsiamOptions {
  /** `https://api-{tenant}` */
  readonly origin: string;
  readonly apiKey: string;
  readonly authId: string | undefined;
  readonly compression: "gzip" | "none";
  readonly format: FormatName;
}

/** Source: the same page. It recommends 1 MiB a request, and names no number of events. */
export const LIMITS: DestinationLimits = {
  targetBytes: 1024 * 1024,
  maxBytes: 10 * 1024 * 1024,
  maxEvents: Infinity,
  maxEventBytes: 5_000_000,
};

export const ID = "xsiam";
export const LABEL = "XSIAM";

/** XSIAM answers `{"error":"false"}` to what it accepted; anything else with status 200 is not from XSIAM. */
const Acknowledgement = v.object({ error: v.union([v.literal("false"), v.literal(false)]) });

export class Xsiam implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits = LIMITS;
  readonly format: FormatName;

  constructor(private readonly options: XsiamOptions, private readonly upstream: Upstream) {
    this.format = options.format;
  }

  /** @throws {CollectorError} `destination_unauthorized`, `destination_not_found` or an `upstream_…` one */
  async push(lines: readonly Line[], { probing }: { probing: boolean }): Promise<PushAnswer> {
    return readAnswer(await this.#send(lines, probing));
  }

  #send(lines: readonly Line[], probing: boolean): Promise<UpstreamReply> {
    const { origin, apiKey, authId, compression } = this.options;
    return this.upstream.send({
      name: ID,
      label: LABEL,
      method: "POST",
      url: `${origin}/logs/v1/event`,
      headers: {
        Authorization: apiKey,
        "Content-Type": "text/plain",
        ...(authId !== undefined && { "x-xdr-auth-id": authId }),
        ...(compression === "gzip" && { "Content-Encoding": "gzip" }),
      },
      body: encodeBody(lines, compression),
      retry: (reply) =>
        failedForNow(reply) && !(reply.status === 500 && (probing || speaksOfFormat(reply.text))),
    });
  }
}

/** XSIAM answers once for the whole batch. */
function readAnswer(reply: UpstreamReply): PushAnswer {
  const { unanswered } = reply;
  const upstream = { name: ID, status: reply.status };
  const detail = `XSIAM answered ${reply.status}.`;
  switch (reply.status) {
    case 200:
      if (isAcknowledgement(reply.text)) return { refused: [], again: [], unanswered };
      throw new CollectorError("upstream_unreadable", {
        detail:
          "XSIAM answered 200, but not with its acknowledgement, so nothing counts as delivered.",
        upstream,
        unanswered,
      });
    case 400:
    case 413:
      return refusedWhole(reply.status, unanswered);
    case 500:
      if (!speaksOfFormat(reply.text)) break;
      return refusedWhole(500, unanswered);
    case 401:
    case 403:
      throw new CollectorError("destination_unauthorized", { detail, upstream, unanswered });
    case 404:
      throw new CollectorError("destination_not_found", { detail, upstream, unanswered });
    case 429:
      throw new CollectorError("upstream_rate_limited", { detail, upstream, unanswered });
  }
  throw new CollectorError("upstream_failed", { detail, upstream, unanswered });
}

/** What a refusal means. XSIAM's own text is not passed on, because it may quote the event. */
const REASONS = {
  400: "it calls the content malformed",
  413: "it calls the content too large",
  500: "it says that the format or the compression does not match the HTTP log collector's",
} as const;

function refusedWhole(status: keyof typeof REASONS, unanswered: number): PushAnswer {
  return { refusedWhole: { status, reason: REASONS[status] }, unanswered };
}

/** XSIAM's own answers are JSON; a page from a server in between may say anything. */
function speaksOfFormat(text: string): boolean {
  return text.trimStart().startsWith("{") &&
    /\b(format|compress\w*|gzip|decod\w*|pars(e|ed|ing)|json)\b/i.test(text);
}

function isAcknowledgement(text: string): boolean {
  try {
    return v.is(Acknowledgement, JSON.parse(text));
  } catch {
    return false;
  }
}

/** The body of a push: one event per line, compressed if the HTTP log collector expects it. */
export function encodeBody(
  lines: readonly EncodedLine[],
  compression: XsiamOptions["compression"],
): string | Uint8Array<ArrayBuffer> {
  if (compression === "none") return lines.map((line) => line.json).join("\n");
  return gzip(encodeLines(lines).subarray(0, -1));
}
