/**
 * The event in the Open Cybersecurity Schema Framework: Entity Management (class 3004) of OCSF 1.8.0.
 * Pure. `docs/formats.md` has the table. Source: https://schema.ocsf.io/1.8.0/classes/entity_management
 */
import type { AuditEvent } from "../sources/liveperson/event.ts";
import { plainText } from "./plain_text.ts";
import { summaryOf } from "./summary.ts";

const VERSION = "1.8.0";
const CATEGORY_UID = 3;
const CLASS_UID = 3004 as const;
const INFORMATIONAL = 1;
const SUCCESS = 1;
const UNKNOWN = 0;
const OTHER = 99;

const LOG_NAME = "Audit Trail";
const PRODUCT = {
  vendor_name: "LivePerson",
  name: "Conversational Cloud",
  feature: { name: LOG_NAME },
};

interface Choice {
  readonly id: number;
  /** The word that OCSF uses; for "other", the source's word. */
  readonly name: string;
}

const ACTIVITIES: ReadonlyMap<string | null, Choice> = new Map([
  ["CREATE", { id: 1, name: "Create" }],
  ["UPDATE", { id: 3, name: "Update" }],
  ["DELETE", { id: 4, name: "Delete" }],
]);

/** A LivePerson profile is a set of permissions. */
const ENTITY_TYPES: ReadonlyMap<string | null, Choice> = new Map([
  ["USER", { id: 2, name: "User" }],
  ["AGENT_GROUP", { id: 3, name: "Group" }],
  ["PROFILE", { id: 5, name: "Policy" }],
]);

export type OcsfEvent = ReturnType<typeof toOcsf>;

/** `collectedAtMs`: epoch milliseconds. Fields that are undefined are absent from its JSON. */
export function toOcsf(event: AuditEvent, collectedAtMs: number) {
  const activity = activityOf(event);
  const type = entityTypeOf(event);
  const code = plainText(event.actionType) ?? plainText(event.changeType);
  const hasResult = isGiven(event.newValue) &&
    (event.changeType === "CREATE" || event.changeType === "UPDATE");
  const userAgent = plainText(event.originatorUserAgent);
  return {
    category_uid: CATEGORY_UID,
    class_uid: CLASS_UID,
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: CLASS_UID * 100 + activity.id,
    severity_id: INFORMATIONAL,
    status_id: SUCCESS,
    time: Date.parse(event._time),
    timezone_offset: 0,
    message: summaryOf(event),
    metadata: {
      version: VERSION,
      uid: event.event_id,
      product: PRODUCT,
      log_name: LOG_NAME,
      event_code: code,
      original_time: plainText(event.changeDate),
      logged_time: collectedAtMs,
      tenant_uid: plainText(event.accountId),
    },
    actor: actorOf(event),
    entity: entityOf(event, type, event.oldValue),
    entity_result: hasResult ? entityOf(event, type, event.newValue) : undefined,
    http_request: userAgent === undefined ? undefined : { user_agent: userAgent },
    unmapped: unmappedOf(event, [type.name, activity.name, code], hasResult),
  };
}

function activityOf({ changeType, changeTypeLabel, actionType }: AuditEvent): Choice {
  const known = ACTIVITIES.get(changeType);
  if (known !== undefined) return known;
  const name = plainText(changeTypeLabel) ?? plainText(actionType) ?? plainText(changeType);
  return name === undefined ? { id: UNKNOWN, name: "Unknown" } : { id: OTHER, name };
}

function entityTypeOf({ objectType, objectTypeLabel }: AuditEvent): Choice {
  const known = ENTITY_TYPES.get(objectType);
  if (known !== undefined) return known;
  const name = plainText(objectTypeLabel) ?? plainText(objectType);
  return name === undefined ? { id: UNKNOWN, name: "Unknown" } : { id: OTHER, name };
}

/** The entity as it was, or as it is. OCSF requires a name; if there is none, the type is used. */
function entityOf(event: AuditEvent, type: Choice, value: unknown) {
  const given = plainText(event.objectName);
  const name = given ?? plainText(event.objectTypeLabel) ?? type.name;
  const named = given === undefined ? undefined : { name };
  return {
    name,
    type: type.name,
    type_id: type.id,
    user: type.id === 2 ? named : undefined,
    group: type.id === 3 ? named : undefined,
    policy: type.id === 5 ? named : undefined,
    data: isGiven(event.element) || isGiven(value)
      ? { element: event.element ?? undefined, value: value ?? undefined }
      : undefined,
  };
}

/** OCSF requires a name or an id. */
function actorOf(event: AuditEvent) {
  const uid = plainText(event.userId);
  const login = plainText(event.originatorLoginName);
  const changedBy = plainText(event.changedBy);
  const name = login ?? changedBy;
  if (uid === undefined && name === undefined) return undefined;
  const isStaff = event.originatorIsLpa === true;
  return {
    user: {
      uid,
      name,
      full_name: changedBy === login ? undefined : changedBy,
      type_id: isStaff ? OTHER : undefined,
      type: isStaff ? "LivePerson staff" : undefined,
    },
  };
}

/**
 * Where a field's value goes: into an attribute if it is plain text; into one whatever it is; into one in
 * OCSF's words; into the entity's result if there is one; or into none.
 */
type Place = "text" | "any" | "words" | "result" | "none";

const PLACES: ReadonlyMap<string, Place> = new Map<string, Place>([
  ["changeDate", "text"],
  ["accountId", "text"],
  ["objectName", "text"],
  ["userId", "text"],
  ["changedBy", "text"],
  ["originatorLoginName", "text"],
  ["originatorUserAgent", "text"],
  ["_time", "text"],
  ["event_id", "text"],
  ["element", "any"],
  ["oldValue", "any"],
  ["newValue", "result"],
  ["objectType", "words"],
  ["objectTypeLabel", "words"],
  ["changeType", "words"],
  ["changeTypeLabel", "words"],
  ["actionType", "words"],
  ["originator", "none"],
  ["originatorUserId", "none"],
  ["originatorAuthType", "none"],
  ["originatorIsLpa", "none"],
  ["changeDateError", "none"],
]);

/** What no attribute has. `told`: attributes whose words may be the event's. */
function unmappedOf(
  event: AuditEvent,
  told: readonly unknown[],
  hasResult: boolean,
): Readonly<Record<string, unknown>> | undefined {
  let unmapped: Record<string, unknown> | undefined;
  for (const field of Object.keys(event)) {
    const value = event[field];
    if (!isMapped(field, value, told, hasResult)) (unmapped ??= {})[field] = value;
  }
  return unmapped;
}

function isMapped(
  field: string,
  value: unknown,
  told: readonly unknown[],
  hasResult: boolean,
): boolean {
  const place = PLACES.get(field);
  if (place === undefined) return value === undefined;
  if (!isGiven(value)) return true;
  switch (place) {
    case "text":
      return plainText(value) !== undefined;
    case "any":
      return true;
    case "words":
      return told.includes(value);
    case "result":
      return hasResult;
    case "none":
      return false;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
