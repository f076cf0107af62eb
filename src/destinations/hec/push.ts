/**
 * Pushes events to an HTTP Event Collector: Splunk's, or one that speaks its protocol. Does I/O through
 * `Upstream`.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { DestinationLimits, Line, PushAnswer } from "../../engine/ports.ts";
import type { FormatName } from "../../event_formats/index.ts";
import { failedForNow } from "../../upstream/retry.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { OpenDestination } from "../kind.ts";
import { ID, LABEL, readAnswer, tookPart } from "./answer.ts";
import { encodeBody, envelopeBytes, type Metadata } from "./envelope.ts";

/** How it is reached. */
export interface Access {
  readonly url: string;
  readonly token: string;
  readonly scheme: "Splunk" | "Bearer";
  /** A UUID: tokens with indexer acknowledgment want one. */
  readonly channel: string;
}

/**
 * Uncompressed. Source: Splunk Cloud Platform's service limits, which recommend at most 1 MB a request; other
 * receivers' own limits are higher.
 */
const MAX_BYTES = 900_000;

export class Hec implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits: DestinationLimits;

  constructor(
    readonly format: FormatName,
    private readonly access: Access,
    private readonly metadata: Metadata,
    private readonly upstream: Upstream,
  ) {
    const bytes = envelopeBytes(metadata);
    this.limits = {
      targetBytes: MAX_BYTES,
      maxBytes: MAX_BYTES,
      maxEvents: Infinity,
      maxEventBytes: MAX_BYTES - bytes,
      envelopeBytes: bytes,
    };
  }

  /** @throws {CollectorError} see `readAnswer`; for no answer an `upstream_…` one */
  async push(lines: readonly Line[]): Promise<PushAnswer> {
    const reply = await this.upstream.send({
      name: ID,
      label: LABEL,
      method: "POST",
      url: this.access.url,
      headers: { ...headersFor(this.access), "Content-Encoding": "gzip" },
      body: encodeBody(lines, this.metadata),
      retry: (reply) => failedForNow(reply) && !tookPart(reply, lines.length),
    });
    return readAnswer(reply, lines.length);
  }
}

export function headersFor({ token, scheme, channel }: Access): Record<string, string> {
  return {
    Authorization: `${scheme} ${token}`,
    "Content-Type": "application/json",
    "X-Splunk-Request-Channel": channel,
  };
}

/** Names the collector itself in the hash of a channel. */
const NAMESPACE = Buffer.from("6f0e1b7a3d5c4b0f9a7e2c48d1f3a965", "hex");

/** The same UUID for the same pipeline: version 5 of RFC 9562, of the account and the destination. */
export function channelOf(account: string, identity: string): string {
  const hash = createHash("sha1").update(NAMESPACE).update(`${account} ${identity}`).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString("hex", 0, 16)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
