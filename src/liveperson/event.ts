/** An audit event as it is returned and pushed, made from a source record of either wire format. Pure. */
import { iso } from "../engine/time.ts";
import { eventId, type RawRecord, type SourceRecord } from "./record.ts";

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
  const {
    changeDate,
    accountId: ownAccountId,
    objectType,
    element,
    actionType,
    changeType,
    userId,
    changedBy,
    originator,
    originatorUserId,
    ...others
  } = raw;
  const type = toChangeType(actionType ?? changeType);
  return {
    changeDate: changedAt ?? changeDate ?? null,
    accountId: ownAccountId ?? accountId,
    objectType: toObjectType(objectType),
    element: element ?? null,
    changeType: type,
    userId: originatorUserId ?? userId ?? null,
    changedBy: firstNamed(originator, raw.originatorLoginName, changedBy),
    ...others,
    ...given("objectTypeLabel", objectType),
    ...given("actionType", actionType ?? (type === changeType ? undefined : changeType)),
    ...(changedAt === null && {
      changeDateError: "changeDate could not be read: _time is the time of collection",
    }),
    _time: changedAt ?? iso(collectedAtMs),
    event_id: eventId(fingerprint, occurrence),
  };
}

const OBJECT_TYPES = new Map(Object.entries({
  "Users": "USER",
  "Skills": "SKILL",
  "Agent Groups": "AGENT_GROUP",
  "Profiles": "PROFILE",
  "LOBs": "LOB",
  "Campaigns": "CAMPAIGN",
  "Content Categories": "CONTENT_CATEGORY",
  "Special occasions": "SPECIAL_OCCASION",
}));

const CHANGE_TYPES = new Map(Object.entries({
  "Add new": "CREATE",
  "Edit": "UPDATE",
  "Delete": "DELETE",
}));

/** The documented plural labels in singular; those that are singular already, and unknown ones, only in upper snake case. */
function toObjectType(label: unknown): string | null {
  return typeof label === "string" ? OBJECT_TYPES.get(label) ?? toUpperSnake(label) : null;
}

function toChangeType(label: unknown): string | null {
  return typeof label === "string" ? CHANGE_TYPES.get(label) ?? toUpperSnake(label) : null;
}

function toUpperSnake(label: string): string {
  return label
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1_$2")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "")
    .toUpperCase();
}

function firstNamed(...names: unknown[]): unknown {
  return names.find((name) => name !== undefined && name !== null && name !== "") ?? null;
}

function given(field: string, value: unknown): RawRecord {
  return value === undefined || value === null ? {} : { [field]: value };
}
