/**
 * The attributes of OCSF 1.8.0 that our events use: which are required, their types, values, and
 * constraints. Pure. Source: https://schema.ocsf.io/1.8.0/classes/entity_management and the objects it
 * names, as in https://schema.ocsf.io/1.8.0/export/v2/schema.
 */
import * as v from "valibot";

const string = v.string();
const integer = v.pipe(v.number(), v.safeInteger());

/** An id and what OCSF calls it; with 99, "other", the name is the source's. */
type Captions = Readonly<Record<number, string>>;

const ACTIVITIES: Captions = {
  ...{ 0: "Unknown", 1: "Create", 2: "Read", 3: "Update", 4: "Delete", 5: "Move", 6: "Enroll" },
  ...{ 7: "Unenroll", 8: "Enable", 9: "Disable", 10: "Activate", 11: "Deactivate" },
  ...{ 12: "Suspend", 13: "Resume", 99: "Other" },
};
const ENTITY_TYPES: Captions = {
  ...{ 0: "Unknown", 1: "Device", 2: "User", 3: "Group", 4: "Organization", 5: "Policy" },
  ...{ 6: "Email", 7: "Network Zone", 99: "Other" },
};
const USER_TYPES: Captions = {
  ...{ 0: "Unknown", 1: "User", 2: "Admin", 3: "System", 4: "Service", 99: "Other" },
};
const SEVERITIES: Captions = {
  ...{ 0: "Unknown", 1: "Informational", 2: "Low", 3: "Medium", 4: "High", 5: "Critical" },
  ...{ 6: "Fatal", 99: "Other" },
};
const STATUSES: Captions = { 0: "Unknown", 1: "Success", 2: "Failure", 99: "Other" };

const oneOf = (captions: Captions) => v.picklist(Object.keys(captions).map(Number));

/** OCSF's constraint `at_least_one`. */
function atLeastOne<T extends object>(...names: (keyof T & string)[]) {
  return v.check<T, string>(
    (object) => names.some((name) => object[name] !== undefined),
    `has none of ${names.join(", ")}`,
  );
}

/** OCSF's siblings: the text is what OCSF calls the id, unless that is 99. */
function siblings<T extends object>(id: keyof T & string, text: keyof T & string, of: Captions) {
  return v.check<T, string>(
    (object) =>
      object[text] === undefined || object[id] === 99 ||
      object[text] === of[object[id] as number],
    `${text} is not what OCSF calls the ${id}`,
  );
}

const Named = v.pipe(v.strictObject({ name: v.optional(string) }), atLeastOne("name"));

const User = v.pipe(
  v.strictObject({
    uid: v.optional(string),
    name: v.optional(string),
    full_name: v.optional(string),
    type: v.optional(string),
    type_id: v.optional(oneOf(USER_TYPES)),
  }),
  atLeastOne("name", "uid"),
  siblings("type_id", "type", USER_TYPES),
);

const ManagedEntity = v.pipe(
  v.strictObject({
    name: v.optional(string),
    type: v.optional(string),
    type_id: v.optional(oneOf(ENTITY_TYPES)),
    user: v.optional(User),
    group: v.optional(Named),
    policy: v.optional(Named),
    data: v.optional(v.looseObject({})),
  }),
  atLeastOne("name", "group", "policy", "user"),
  siblings("type_id", "type", ENTITY_TYPES),
);

const Metadata = v.strictObject({
  version: v.literal("1.8.0"),
  uid: v.optional(string),
  product: v.pipe(
    v.strictObject({
      vendor_name: v.optional(string),
      name: v.optional(string),
      feature: v.optional(Named),
    }),
    atLeastOne("name"),
  ),
  log_name: v.optional(string),
  event_code: v.optional(string),
  original_time: v.optional(string),
  logged_time: v.optional(integer),
  tenant_uid: v.optional(string),
});

export const EntityManagement = v.pipe(
  v.strictObject({
    category_uid: v.literal(3),
    class_uid: v.literal(3004),
    activity_id: oneOf(ACTIVITIES),
    activity_name: v.optional(string),
    type_uid: integer,
    severity_id: oneOf(SEVERITIES),
    status_id: v.optional(oneOf(STATUSES)),
    time: integer,
    timezone_offset: v.optional(v.pipe(integer, v.minValue(-1080), v.maxValue(1080))),
    message: v.optional(string),
    metadata: Metadata,
    actor: v.optional(
      v.pipe(v.strictObject({ user: v.optional(User) }), atLeastOne("user")),
    ),
    entity: ManagedEntity,
    entity_result: v.optional(ManagedEntity),
    http_request: v.optional(v.strictObject({ user_agent: v.optional(string) })),
    unmapped: v.optional(v.looseObject({})),
  }),
  siblings("activity_id", "activity_name", ACTIVITIES),
  v.check(
    ({ class_uid, activity_id, type_uid }) => type_uid === class_uid * 100 + activity_id,
    "type_uid is not that of class and activity",
  ),
);
