/** What an answer of the audit API says besides its records, and what is wrong with it. Pure. */
import type { TooLarge } from "../../engine/ports.ts";
import { CollectorError } from "../../errors.ts";
import type { UpstreamReply } from "../../upstream/upstream.ts";
import { readChangeDate } from "./record.ts";

/** @throws {CollectorError} `upstream_unreadable` */
export function readJson(reply: UpstreamReply): unknown {
  try {
    return JSON.parse(reply.text);
  } catch {
    const looksLikeHtml = /^\s*</.test(reply.text);
    throw unreadable(looksLikeHtml ? "It answered HTML, not JSON." : "Its answer is not JSON.");
  }
}

/** A GraphQL server may report errors with 400. */
export function isGraphqlComplaint({ status, text }: UpstreamReply): boolean {
  if (status !== 400) return false;
  try {
    return Array.isArray(JSON.parse(text)?.errors);
  } catch {
    return false;
  }
}

/** Was the request refused in this form? Then the account may use the other format. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "audit_refused";
}

/** Did the server fail? It may fail because it does not know the format. */
export function isServerError(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "upstream_failed" &&
    error.details.upstream?.name === "audit" && error.details.upstream.status === 500;
}

export function otherFormat(): CollectorError {
  return new CollectorError("audit_refused", {
    detail: "The audit API answered in a different format from the request's.",
    upstream: { name: "audit", status: 200 },
  });
}

export function unknownShape(): CollectorError {
  return unreadable("Its answer contains no list of records.");
}

/**
 * When a page was read: the time of the request, or the service's time if that is earlier. With a clock
 * that is ahead, the collector would believe that nothing older can still arrive.
 */
export function readAtMs(askedAtMs: number, headers: Headers): number {
  const answeredAtMs = Date.parse(headers.get("Date") ?? "");
  // the header has whole seconds: the true time may be almost a second later
  return Number.isNaN(answeredAtMs) ? askedAtMs : Math.min(askedAtMs, answeredAtMs + 999);
}

/** `X-Total-Count`: whether it counts all that match or the page is not documented. */
export function totalOf(headers: Headers): number | undefined {
  const header = headers.get("X-Total-Count");
  return header !== null && /^\d{1,12}$/.test(header) ? Number(header) : undefined;
}

/** What was read of a page that is too large; null if the failure is another. */
export function readCut(error: unknown): TooLarge | null {
  const cut = error instanceof CollectorError ? error.details.cut : undefined;
  if (cut === undefined) return null;
  // within a text, its quotes would be escaped
  const changeDate = /"changeDate"\s*:\s*"([^"\\]{1,40})"/.exec(cut.beginning)?.[1];
  const timeMs = readChangeDate(changeDate)?.ms ?? null;
  return { atLeastBytes: cut.readBytes, sha256: cut.sha256, timeMs };
}

export function unreadable(detail: string): CollectorError {
  return new CollectorError("upstream_unreadable", {
    detail: `The audit API: ${detail}`,
    upstream: { name: "audit", status: 200 },
  });
}
