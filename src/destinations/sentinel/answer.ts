/**
 * What the Logs Ingestion API answers, and what it means. Pure. Source: Microsoft, "Sample code to send
 * data to Azure Monitor using Logs ingestion API", its table of errors.
 */
import * as v from "valibot";
import type { PushAnswer } from "../../engine/ports.ts";
import { CollectorError } from "../../errors.ts";

export const ID = "sentinel";
export const LABEL = "Microsoft Sentinel";

/** The parts of an answer that are read. */
interface Answered {
  readonly status: number;
  readonly text: string;
  /** Earlier attempts that got no answer. */
  readonly unanswered: number;
}

const Refusal = v.object({
  error: v.object({ code: v.optional(v.string(), ""), message: v.optional(v.string(), "") }),
});

/**
 * There is one answer for all events of a request, and only 204 means that they were accepted. `altered`:
 * how many of the events were cut.
 * @throws {CollectorError} `destination_unauthorized`, `destination_not_found` or an `upstream_…` one
 */
export function readAnswer(reply: Answered, altered: number): PushAnswer {
  const { status, unanswered } = reply;
  const refusedWhole = (reason: string): PushAnswer => ({
    refusedWhole: { status, reason },
    unanswered,
  });
  switch (status) {
    case 204:
      return { refused: [], again: [], altered, unanswered };
    case 400:
      if (speaksOfRule(reply.text)) throw failure("destination_not_found", reply);
      return refusedWhole("it calls the content malformed");
    case 413:
      return refusedWhole("it calls the content too large");
    case 404:
      if (!speaksOfSize(reply.text)) throw failure("destination_not_found", reply);
      return refusedWhole("it calls the content too large");
    case 401:
      throw failure("destination_unauthorized", reply, "it refused a new token");
    case 403:
      throw failure("destination_unauthorized", reply, "the application has no role on the rule");
    case 429:
      throw failure("upstream_rate_limited", reply);
  }
  if (status >= 200 && status < 300) {
    throw failure("upstream_unreadable", reply, "only 204 means that it has the events");
  }
  throw failure("upstream_failed", reply);
}

function failure(
  code: ConstructorParameters<typeof CollectorError>[0],
  { status, unanswered }: Answered,
  meaning?: string,
): CollectorError {
  const said = meaning === undefined ? "" : `: ${meaning}`;
  return new CollectorError(code, {
    detail: `${LABEL} answered ${status}${said}.`,
    upstream: { name: ID, status },
    unanswered,
  });
}

/** Is the rule or the stream wrong, rather than what is sent to it? */
function speaksOfRule(text: string): boolean {
  const { code, message } = refusalIn(text);
  return /stream|rule|dcr/i.test(code) ||
    /\b(stream|data collection rule|dcr)\b.*\bnot (found|exist|configured|declared)/i.test(message);
}

function speaksOfSize(text: string): boolean {
  return /(too|entity).?large|limitexceeded/i.test(refusalIn(text).code);
}

/** Its own answers are JSON; a page of a server in between says nothing about the rule. */
function refusalIn(text: string): v.InferOutput<typeof Refusal>["error"] {
  try {
    return v.parse(Refusal, JSON.parse(text)).error;
  } catch {
    return { code: "", message: "" };
  }
}
