/**
 * The Audit Trail endpoint of the simulated LivePerson: who may ask, whether the request is well
 * formed, and which of the two wires answers. Pure.
 */

import { type GraphqlSettings, runGraphql } from "./audit_graphql.ts";
import type { AuditLog } from "./audit_log.ts";
import type { PageNote, RenderSettings } from "./audit_page.ts";
import { runRest } from "./audit_rest.ts";
import type { ListingHabits } from "./listing_habits.ts";
import { type Inbound, jsonAnswer, type Outbound } from "./loopback_server.ts";

/** How the endpoint behaves where the documentation leaves room. */
export interface AuditSettings extends GraphqlSettings, RenderSettings, ListingHabits {
  /** Which of the two accounts of the body is true, or both. */
  readonly wire: "graphql" | "rest" | "both";
  /** What X-Total-Count counts: all that match, or the records of the page; or that there is none. */
  readonly totalCountMeaning: "all" | "page" | "none";
  /** The HTTP status of an answer that holds only GraphQL errors. */
  readonly graphqlErrorStatus: 200 | 400;
  /** Answer 403 to everybody who has a good token. */
  readonly forbidden: boolean;
  /** What a token is answered that is missing, unknown or expired. */
  readonly refusedTokenStatus: 401 | 403;
}

/** An answer, and the page it holds. */
export interface AuditAnswer extends Outbound {
  readonly page?: PageNote | undefined;
}

/**
 * Answers a request whose token has been checked: `log` is `undefined` when the token is not good
 * for the account.
 */
export function answerAudit(
  request: Inbound,
  settings: AuditSettings,
  log: AuditLog | undefined,
  nowMs: number,
): AuditAnswer {
  if (log === undefined) {
    return mistake(settings.refusedTokenStatus, "The token is missing, unknown or expired");
  }
  if (settings.forbidden) return mistake(403, "The user may not read the audit trail");
  if (!isJson(request.headers["content-type"])) {
    return mistake(400, "Content-Type must be application/json");
  }
  const body = jsonObject(request.body);
  if (body === undefined) return mistake(400, "The body must be a JSON object");
  const isGraphql = settings.wire === "both" ? "query" in body : settings.wire === "graphql";
  return isGraphql
    ? answerGraphql(body, settings, log, nowMs)
    : answerRest(body, settings, log, nowMs);
}

function answerGraphql(
  body: Record<string, unknown>,
  settings: AuditSettings,
  log: AuditLog,
  nowMs: number,
): AuditAnswer {
  if (typeof body.query !== "string" || Object.keys(body).length !== 1) {
    return mistake(400, "The body must hold one field, query, which is a text");
  }
  const outcome = runGraphql(body.query, settings, log, nowMs);
  if (outcome === "failed") return mistake(500, "Internal server error");
  const { result, page } = outcome;
  const status = result.errors && !result.data?.auditData ? settings.graphqlErrorStatus : 200;
  const answer = jsonAnswer(status, result, totalCount(settings, page));
  return { ...answer, page, records: page?.returned };
}

function answerRest(
  body: Record<string, unknown>,
  settings: AuditSettings,
  log: AuditLog,
  nowMs: number,
): AuditAnswer {
  const outcome = runRest(body, settings, log, nowMs);
  if (outcome === "failed") return mistake(500, "Internal server error");
  if ("mistake" in outcome) return mistake(400, outcome.mistake);
  const { page, body: answered } = outcome;
  const answer = jsonAnswer(200, answered, totalCount(settings, page));
  return { ...answer, page, records: page?.returned };
}

function totalCount(
  settings: AuditSettings,
  page: PageNote | undefined,
): Record<string, string> {
  const { totalCountMeaning: meaning } = settings;
  if (page === undefined || meaning === "none") return {};
  const count = meaning === "all" ? page.total : page.returned;
  return { "x-total-count": String(count) };
}

function mistake(status: number, message: string): Outbound {
  return jsonAnswer(status, { message });
}

function isJson(contentType = ""): boolean {
  return /^application\/json\s*(;|$)/i.test(contentType);
}

function jsonObject(body: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
