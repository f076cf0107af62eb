/** What an answer of the audit API says beside its records, and what is wrong with it. Pure. */
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

/** A server of GraphQL may answer its complaints with 400. */
export function isGraphqlComplaint({ status, text }: UpstreamReply): boolean {
  if (status !== 400) return false;
  try {
    return Array.isArray(JSON.parse(text)?.errors);
  } catch {
    return false;
  }
}

/** Was the request refused as it is? Then the account may speak another format. */
export function isRefusal(error: unknown): boolean {
  return error instanceof CollectorError && error.code === "audit_refused";
}

/** Did the server stumble? It may over a format that it does not speak. */
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
 * When a page was read: when it was asked for, or by the service's clock if that is earlier. A clock
 * that runs ahead would let the collector believe that nothing older can arrive any more.
 */
export function readAtMs(askedAtMs: number, headers: Headers): number {
  const answeredAtMs = Date.parse(headers.get("Date") ?? "");
  // the header tells whole seconds: it may have been almost the next one
  return Number.isNaN(answeredAtMs) ? askedAtMs : Math.min(askedAtMs, answeredAtMs + 999);
}

/** `X-Total-Count`: of all that match or of the page, which is not documented. */
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
