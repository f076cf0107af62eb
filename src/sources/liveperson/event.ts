/** An audit event as it is returned and pushed, made from a source record of either wire format. Pure. */
import { iso } from "../../engine/time.ts";
import { eventId, type RawRecord, type SourceRecord } from "./record.ts";

/** The fields come in this order; all others that the record has follow before `_time`. */
export interface AuditEvent {
  /** ISO 8601, UTC, with milliseconds; unchanged if it can't be read. */
  readonly changeDate: unknown;
  readonly accountId: unknown;
  /** `USER`, `SKILL`, `AGENT_GROUP`, … */
  readonly objectType: string | null;
  readonly element: unknown;
  /** `CREATE`, `UPDATE`, `DELETE`, … */
  readonly changeType: string | null;
  readonly userId: unknown;
  readonly changedBy: unknown;
  /** ISO 8601 UTC: the time of the change, or of collection if that can't be read. */
  readonly _time: string;
  /** Always the same for the same event. */
  readonly event_id: string;
  readonly [field: string]: unknown;
}

/** `occurrence`: the record's number among identical ones, from 1. */
export function toEvent(
  { raw, changedAt, fingerprint }: SourceRecord,
  occurrence: number,
  accountId: string,
  collectedAtMs: number,
): AuditEvent {
  const action = raw.changeType ?? raw.actionType;
  const event: Record<string, unknown> = {
    changeDate: changedAt ?? raw.changeDate ?? null,
    accountId: raw.accountId ?? accountId,
    objectType: toObjectType(raw.objectType),
    element: raw.element ?? null,
    changeType: toChangeType(action),
    userId: raw.userId ?? raw.originatorUserId ?? null,
    changedBy: firstNamed(raw.changedBy, raw.originator, raw.originatorLoginName),
    objectName: raw.objectName,
    oldValue: raw.oldValue,
    newValue: raw.newValue,
    originatorLoginName: raw.originatorLoginName,
    originatorUserAgent: raw.originatorUserAgent,
    originatorAuthType: raw.originatorAuthType,
    originatorIsLpa: raw.originatorIsLpa,
  };
  for (const field of Object.keys(raw)) {
    if (!TOLD.has(field)) event[OURS.has(field) ? `source_${field}` : field] = raw[field];
  }
  if (isGiven(raw.objectType)) event.objectTypeLabel = raw.objectType;
  tellBothNames(event, raw);
  if (changedAt === null) {
    event.changeDateError = "changeDate could not be read: _time is the time of collection";
  }
  event._time = changedAt ?? iso(collectedAtMs);
  event.event_id = eventId(fingerprint, occurrence);
  return event as AuditEvent;
}

/**
 * A field that GraphQL and `rest` name differently has its `rest` name. If a record has both, or the event
 * has it in other words, the other one is kept too.
 */
function tellBothNames(event: Record<string, unknown>, raw: RawRecord): void {
  const { originator, originatorUserId, actionType, changeType } = raw;
  if (isGiven(originator) && originator !== "" && originator !== event.changedBy) {
    event.originator = originator;
  }
  if (isGiven(originatorUserId) && originatorUserId !== event.userId) {
    event.originatorUserId = originatorUserId;
  }
  if (isGiven(actionType)) event.actionType = actionType;
  if (isGiven(changeType) && changeType !== event.changeType) {
    event[isGiven(actionType) ? "changeTypeLabel" : "actionType"] = changeType;
  }
}

/** Fields of a record that the event already has, under their own name or another. */
const TOLD = new Set([
  "changeDate",
  "accountId",
  "objectType",
  "element",
  "actionType",
  "changeType",
  "userId",
  "changedBy",
  "originator",
  "originatorUserId",
  "objectName",
  "oldValue",
  "newValue",
  "originatorLoginName",
  "originatorUserAgent",
  "originatorAuthType",
  "originatorIsLpa",
]);

/**
 * Fields that only an event has: a record's field of the same name is renamed. So is one that would set
 * the event's prototype.
 */
const OURS = new Set([
  "__proto__",
  "objectTypeLabel",
  "changeTypeLabel",
  "changeDateError",
  "_time",
  "event_id",
]);

/** The documented labels; plural ones become singular. */
const OBJECT_TYPES = new Map(Object.entries({
  "Users": "USER",
  "Skills": "SKILL",
  "Agent Groups": "AGENT_GROUP",
  "Profiles": "PROFILE",
  "LOBs": "LOB",
  "Campaigns": "CAMPAIGN",
  "Predefined Content": "PREDEFINED_CONTENT",
  "Post conversation survey": "POST_CONVERSATION_SURVEY",
  "Agent conversation survey": "AGENT_CONVERSATION_SURVEY",
  "Content Categories": "CONTENT_CATEGORY",
  "Shift scheduler": "SHIFT_SCHEDULER",
  "Schedule": "SCHEDULE",
  "Special occasions": "SPECIAL_OCCASION",
  "MTLS account mapping": "MTLS_ACCOUNT_MAPPING",
  "MTLS certification": "MTLS_CERTIFICATION",
}));

const CHANGE_TYPES = new Map(Object.entries({
  "Add new": "CREATE",
  "Edit": "UPDATE",
  "Delete": "DELETE",
}));

/** A documented label according to the table; any other one in upper snake case. */
function toObjectType(label: unknown): string | null {
  return typeof label === "string" ? OBJECT_TYPES.get(label) ?? toUpperSnake(label) : null;
}

function toChangeType(label: unknown): string | null {
  return typeof label === "string" ? CHANGE_TYPES.get(label) ?? toUpperSnake(label) : null;
}

function toUpperSnake(label: string): string {
  if (/^[A-Z]+(_[A-Z]+)*$/.test(label)) return label;
  return label
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .toUpperCase();
}

function firstNamed(...names: unknown[]): unknown {
  return names.find((name) => name !== undefined && name !== null && name !== "") ?? null;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
