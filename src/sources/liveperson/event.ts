/** An audit event as it is returned and pushed, made from a source record of either wire format. Pure. */
import { iso } from "../../engine/time.ts";
import { eventId, type SourceRecord } from "./record.ts";

/** The fields come in this order; all others that the record has follow before `_time`. */
export interface AuditEvent {
  /** ISO 8601 UTC with milliseconds; as it came if it can't be read. */
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
  /** The same for the same event, by whatever route it is read. */
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
  const action = raw.actionType ?? raw.changeType;
  const changeType = toChangeType(action);
  const event: Record<string, unknown> = {
    changeDate: changedAt ?? raw.changeDate ?? null,
    accountId: raw.accountId ?? accountId,
    objectType: toObjectType(raw.objectType),
    element: raw.element ?? null,
    changeType,
    userId: raw.originatorUserId ?? raw.userId ?? null,
    changedBy: firstNamed(raw.originator, raw.originatorLoginName, raw.changedBy),
    objectName: raw.objectName,
    oldValue: raw.oldValue,
    newValue: raw.newValue,
    originatorLoginName: raw.originatorLoginName,
    originatorUserAgent: raw.originatorUserAgent,
    originatorAuthType: raw.originatorAuthType,
    originatorIsLpa: raw.originatorIsLpa,
  };
  for (const field of Object.keys(raw)) {
    if (!DOCUMENTED.has(field)) event[field] = raw[field];
  }
  if (isGiven(raw.objectType)) event.objectTypeLabel = raw.objectType;
  if (isGiven(raw.actionType) || (isGiven(action) && action !== changeType)) {
    event.actionType = action;
  }
  if (changedAt === null) {
    event.changeDateError = "changeDate could not be read: _time is the time of collection";
  }
  event._time = changedAt ?? iso(collectedAtMs);
  event.event_id = eventId(fingerprint, occurrence);
  return event as AuditEvent;
}

/** What records have in one of the wire formats: all of it is in the event, by this name or another. */
const DOCUMENTED = new Set([
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

/** A documented label as the table has it, any other one in upper snake case. */
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
