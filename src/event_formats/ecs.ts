/**
 * The event in the Elastic Common Schema. Pure. `docs/formats.md` has the table.
 * Source: Elastic, "ECS Field Reference", 9.4.
 */
import { iso } from "../engine/time.ts";
import type { AuditEvent } from "../sources/liveperson/event.ts";
import { plainText } from "./plain_text.ts";
import { summaryOf } from "./summary.ts";

const ECS = { version: "9.4.0" };
const DATASET = "liveperson.audit";
/** Without a namespace, which belongs to the index: ECS assumes `default`. */
const DATA_STREAM = { type: "logs", dataset: DATASET };
const OBSERVER = { vendor: "LivePerson", product: "Conversational Cloud" };

const CONFIGURATION = ["configuration"];
const ACCESS_AND_CONFIGURATION = ["iam", "configuration"];

const CHANGES: ReadonlyMap<string | null, string> = new Map([
  ["CREATE", "creation"],
  ["UPDATE", "change"],
  ["DELETE", "deletion"],
]);

/** The types of object that manage identities and access, and the event type for each. */
const ACCESS: ReadonlyMap<string | null, string> = new Map([
  ["USER", "user"],
  ["AGENT_GROUP", "group"],
  ["PROFILE", "admin"],
]);

export type EcsEvent = ReturnType<typeof toEcs>;

/** `collectedAtMs`: epoch milliseconds. Fields that are undefined are absent from its JSON. */
export function toEcs(event: AuditEvent, collectedAtMs: number) {
  const { objectType, changeType } = event;
  const accountId = plainText(event.accountId);
  const objectName = plainText(event.objectName);
  const userAgent = plainText(event.originatorUserAgent);
  const userName = objectType === "USER" ? objectName : undefined;
  const groupName = objectType === "AGENT_GROUP" ? objectName : undefined;
  const access = ACCESS.get(objectType);
  const change = CHANGES.get(changeType) ?? "info";
  const user = userOf(event, userName);
  return {
    "@timestamp": event._time,
    ecs: ECS,
    message: summaryOf(event),
    event: {
      id: event.event_id,
      created: iso(collectedAtMs),
      kind: "event",
      module: "liveperson",
      dataset: DATASET,
      provider: "audit-trail",
      category: access === undefined ? CONFIGURATION : ACCESS_AND_CONFIGURATION,
      type: access === undefined ? [change] : [change, access],
      action: actionOf(objectType, changeType),
      outcome: "success",
      reason: plainText(event.changeDateError),
    },
    data_stream: DATA_STREAM,
    observer: OBSERVER,
    organization: accountId === undefined ? undefined : { id: accountId },
    user,
    group: groupName === undefined ? undefined : { name: groupName },
    related: user && { user: namesOf(user) },
    user_agent: userAgent === undefined ? undefined : { original: userAgent },
    liveperson: { audit: auditOf(event) },
  };
}

/** `user-update` */
function actionOf(objectType: string | null, changeType: string | null): string | undefined {
  const action = objectType && changeType
    ? `${objectType}_${changeType}`
    : objectType || changeType || undefined;
  return action?.toLowerCase().replaceAll("_", "-");
}

/** Who made the change, and whom it concerns. */
function userOf(event: AuditEvent, targetName: string | undefined) {
  const id = plainText(event.userId);
  const login = plainText(event.originatorLoginName);
  const changedBy = plainText(event.changedBy);
  const name = login ?? changedBy;
  if (id === undefined && name === undefined && targetName === undefined) return undefined;
  return {
    id,
    name,
    full_name: changedBy === login ? undefined : changedBy,
    email: [login, changedBy].find(isAddress),
    target: targetName === undefined ? undefined : { name: targetName },
  };
}

/** An address has at most 254 characters: RFC 5321. */
function isAddress(text: string | undefined): boolean {
  return text !== undefined && text.length <= 254 && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}

function namesOf({ id, name, full_name, target }: NonNullable<ReturnType<typeof userOf>>) {
  const names: string[] = [];
  for (const one of [name, full_name, id, target?.name]) {
    if (one !== undefined && !names.includes(one)) names.push(one);
  }
  return names;
}

/** Fields that ECS has a place for, if their values are plain. */
const IN_ECS: ReadonlySet<string> = new Set([
  "accountId",
  "userId",
  "changedBy",
  "originatorLoginName",
  "originatorUserAgent",
  "changeDateError",
  "_time",
  "event_id",
]);

/** Fields as `liveperson.audit` names them. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries({
  changeDate: "change_date",
  accountId: "account_id",
  objectType: "object_type",
  objectTypeLabel: "object_type_label",
  objectName: "object_name",
  element: "element",
  changeType: "change_type",
  changeTypeLabel: "change_type_label",
  actionType: "action_type",
  oldValue: "old_value",
  newValue: "new_value",
  userId: "user_id",
  changedBy: "changed_by",
  originator: "originator",
  originatorUserId: "originator_user_id",
  originatorLoginName: "login_name",
  originatorUserAgent: "user_agent",
  originatorAuthType: "auth_type",
  originatorIsLpa: "is_lpa",
}));

const TAKEN: ReadonlySet<string> = new Set([...NAMES.values(), "other"]);

/**
 * What ECS has no place for, all as text: a field whose type has changed would be refused. Indexes of ECS
 * events split names at dots and refuse some, so odd names are collected in `other`, as JSON.
 */
function auditOf(event: AuditEvent): Readonly<Record<string, string>> {
  const audit: Record<string, string> = {};
  let other: Record<string, unknown> | undefined;
  for (const field of Object.keys(event)) {
    const value = event[field];
    if (value === undefined || IN_ECS.has(field) && plainText(value) !== undefined) continue;
    if (field === "changeDate" && value === event._time) continue;
    const name = NAMES.get(field);
    if (name !== undefined) {
      if (value !== null) audit[name] = asText(value);
    } else if (/^[A-Za-z]\w*$/.test(field) && !TAKEN.has(field)) audit[field] = asText(value);
    else (other ??= {})[field] = value;
  }
  if (other !== undefined) audit.other = JSON.stringify(other);
  return audit;
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
