/**
 * Pushes events to a Log Analytics workspace, where Microsoft Sentinel finds them, through Azure Monitor's
 * Logs Ingestion API. Does I/O through `Upstream`. Source: Microsoft, "Logs Ingestion API in Azure Monitor".
 */
import type { DestinationLimits, Line, PushAnswer } from "../../engine/ports.ts";
import { CollectorError, withUnanswered } from "../../errors.ts";
import type { FormatName } from "../../event_formats/index.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { gzip } from "../encode.ts";
import type { OpenDestination } from "../kind.ts";
import type { Access } from "./access.ts";
import { ID, LABEL, readAnswer } from "./answer.ts";
import { tellsOfCuts, toRow } from "./row.ts";

interface SentinelOptions {
  /** Origin of the rule's endpoint. */
  readonly endpoint: string;
  /** The rule's immutable id. */
  readonly ruleId: string;
  readonly stream: string;
  readonly format: FormatName;
}

/**
 * A call may have 1 MB, which Azure counts before and after compression. The array's brackets and commas
 * are one byte more than there are events.
 */
const MAX_CALL_BYTES = 1_000_000;

export const LIMITS: DestinationLimits = {
  targetBytes: 900_000,
  maxBytes: MAX_CALL_BYTES - 1,
  maxEvents: Infinity,
  maxEventBytes: MAX_CALL_BYTES - 2,
  envelopeBytes: 1,
};

const API_VERSION = "2023-01-01";

export class Sentinel implements OpenDestination {
  readonly id = ID;
  readonly label = LABEL;
  readonly limits = LIMITS;
  readonly format: FormatName;
  readonly shape = toRow;

  constructor(
    private readonly options: SentinelOptions,
    private readonly upstream: Upstream,
    private readonly access: Access,
  ) {
    this.format = options.format;
  }

  /** @throws {CollectorError} what `readAnswer`, `Access` and `Upstream.send` throw */
  async push(lines: readonly Pick<Line, "json">[]): Promise<PushAnswer> {
    const body = encodeBody(lines);
    let reply = await this.#send(body, await this.access.token());
    if (reply.status === 401) reply = await this.#sendAnew(body, reply.unanswered);
    return readAnswer(reply, lines.filter(({ json }) => tellsOfCuts(json)).length);
  }

  /**
   * With a new token: the old one may have been revoked, or have expired by Azure's clock. `unanswered`:
   * attempts with the old token that got no answer.
   */
  async #sendAnew(body: Uint8Array<ArrayBuffer>, unanswered: number): Promise<UpstreamReply> {
    try {
      const reply = await this.#send(body, await this.access.renew());
      return { ...reply, unanswered: unanswered + reply.unanswered };
    } catch (error) {
      if (!(error instanceof CollectorError)) throw error;
      throw withUnanswered(error, unanswered + (error.details.unanswered ?? 0));
    }
  }

  #send(body: Uint8Array<ArrayBuffer>, token: string): Promise<UpstreamReply> {
    const { endpoint, ruleId, stream } = this.options;
    return this.upstream.send({
      name: ID,
      label: LABEL,
      method: "POST",
      url: `${endpoint}/dataCollectionRules/${ruleId}/streams/${stream}?api-version=${API_VERSION}`,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
      },
      body,
    });
  }
}

/** A JSON array of the events, compressed. */
function encodeBody(lines: readonly Pick<Line, "json">[]): Uint8Array<ArrayBuffer> {
  const array = `[${lines.map(({ json }) => json).join(",")}]`;
  return gzip(new TextEncoder().encode(array));
}
