/**
 * What HEC's answers mean for the events that were sent. Pure.
 *
 * HEC accepts events one after another, up to the first one that it does not accept, and reports the number
 * of that one. Sources: Splunk, "Troubleshoot HTTP Event Collector"; opentelemetry-collector-contrib#36113
 * for the number in the answer of a busy server, #51393 for codes 24 and 25.
 */
import * as v from "valibot";
import type { PushAnswer } from "../../engine/ports.ts";
import { CollectorError, type ErrorCode } from "../../errors.ts";
import { failedForNow } from "../../upstream/retry.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";

export const ID = "hec";
export const LABEL = "Splunk HEC";

type Answered = Pick<UpstreamReply, "status" | "text" | "unanswered">;

const Said = v.object({
  code: v.pipe(v.number(), v.integer()),
  "invalid-event-number": v.optional(v.unknown()),
});

/** All events were accepted. 24 and 25: and its queue, or its list of acknowledgements, is nearly full. */
const TAKEN = new Set([0, 24, 25]);

/** The token is disabled, missing or unknown; 21 and 22 say so when its health is asked for. */
const REFUSED_TOKEN = new Set([1, 2, 3, 4, 21, 22]);

/** Nothing can be delivered before a setting is changed. */
const SETTINGS: Readonly<Record<number, string>> = {
  7: "The token may not write to that index. Check HEC_INDEX and the indexes that the token allows.",
  10: "It received no channel, so something on the way drops the header X-Splunk-Request-Channel.",
  11: "It does not accept the channel in the header X-Splunk-Request-Channel.",
  14: "Its message is about acknowledgements. Check HEC_URL: it is not the endpoint for events.",
  16: "Its message is about a token in the URL. Check HEC_URL: it is not the endpoint for events.",
};

/** What is wrong with an event. HEC's own text is not passed on, because it may quote the event. */
const FAULTS: Readonly<Record<number, string>> = {
  5: "it says that there is no data",
  6: "it calls the data malformed",
  12: "it says that the event is missing",
  13: "it says that the event is blank",
  15: "it can't handle the indexed fields",
};

const WHOLE_FAULTS: Readonly<Record<number, string>> = {
  400: "it calls the content malformed",
  413: "it calls the content too large",
};

/** The code in an answer of HEC itself; undefined for any other answer. */
export function codeOf(text: string): number | undefined {
  return said(text)?.code;
}

/**
 * `events`: how many were sent.
 * @throws {CollectorError} `destination_unauthorized`, `destination_misconfigured`,
 * `destination_not_found` or an `upstream_…` one
 */
export function readAnswer(reply: Answered, events: number): PushAnswer {
  const { status, unanswered } = reply;
  const code = codeOf(reply.text);
  if (status === 200 && code !== undefined && TAKEN.has(code)) {
    return { refused: [], again: [], unanswered };
  }
  throwIfSettings(reply);
  const first = firstNotTaken(reply.text, events);
  if (tookPart(reply, events)) return { refused: [], again: indices(first!, events), unanswered };
  const reason = FAULTS[code ?? -1] ?? WHOLE_FAULTS[status];
  if (reason === undefined || failedForNow(reply)) throw failure(reply);
  if (first === null) return { refusedWhole: { status, reason }, unanswered };
  const refused = [{ index: first, status, reason }];
  return { refused, again: [], unread: indices(first + 1, events), unanswered };
}

/** Has a busy server accepted some of the events? Then the same request must not be sent again. */
export function tookPart(reply: Pick<Answered, "status" | "text">, events: number): boolean {
  return failedForNow(reply) && (firstNotTaken(reply.text, events) ?? 0) > 0;
}

/** @throws {CollectorError} when the answer says that nothing can be delivered with these settings */
export function throwIfSettings(reply: Answered): void {
  const code = codeOf(reply.text);
  if ((code !== undefined && REFUSED_TOKEN.has(code)) || [401, 403].includes(reply.status)) {
    throw told(reply, "destination_unauthorized");
  }
  if (code !== undefined && code in SETTINGS) {
    throw told(reply, "destination_misconfigured", SETTINGS[code]);
  }
  if (reply.status === 404) throw told(reply, "destination_not_found");
}

/** The error for an answer that says nothing about the events. */
export function failure(reply: Answered): CollectorError {
  if (reply.status === 200) {
    const meaning = "That is not its acknowledgement, so nothing counts as delivered.";
    return told(reply, "upstream_unreadable", meaning);
  }
  return told(reply, reply.status === 429 ? "upstream_rate_limited" : "upstream_failed");
}

function told(reply: Answered, errorCode: ErrorCode, meaning = ""): CollectorError {
  const { status, unanswered } = reply;
  const code = codeOf(reply.text);
  const answered = `${LABEL} answered ${status}${code === undefined ? "" : `, code ${code}`}.`;
  return new CollectorError(errorCode, {
    detail: `${answered} ${meaning}`.trimEnd(),
    upstream: { name: ID, status },
    unanswered,
  });
}

/**
 * The number of the first event that was not accepted; null if the answer has none, or not that of an
 * event.
 */
function firstNotTaken(text: string, events: number): number | null {
  const number = said(text)?.["invalid-event-number"];
  const isOne = Number.isInteger(number) && (number as number) >= 0 && (number as number) < events;
  return isOne ? number as number : null;
}

function said(text: string): v.InferOutput<typeof Said> | null {
  try {
    const result = v.safeParse(Said, JSON.parse(text));
    return result.success ? result.output : null;
  } catch {
    return null;
  }
}

function indices(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
