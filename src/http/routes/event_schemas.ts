/** Schemas of an event in each format. Pure. */
import * as v from "valibot";
import { count, instant, namedOpen, told } from "../routing/schemas.ts";

/** The fields that come from the source unchecked: usually text. */
const asItCame = (words: string) => told(v.unknown(), words);

/** An object of which some fields are described; `docs/formats.md` has the others. */
const open = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(v.looseObject(entries), v.metadata({ additionalProperties: true }));

const ID = told(v.string(), "Always the same for the same event.");

export const AuditEvent = namedOpen(
  "AuditEvent",
  v.looseObject({
    changeDate: asItCame("When the change was made: ISO 8601, UTC, with milliseconds."),
    accountId: asItCame("The account."),
    objectType: told(v.nullable(v.string()), "What was changed: `USER`, `SKILL`, `PROFILE`, …"),
    element: asItCame("Which part of it was changed."),
    changeType: told(v.nullable(v.string()), "`CREATE`, `UPDATE`, `DELETE`, …"),
    userId: asItCame("Id of the user who changed it."),
    changedBy: asItCame("Name of the user who changed it."),
    _time: told(instant, "The time of the change; if it can't be read, the time of collection."),
    event_id: ID,
  }),
  "An audit event. Other fields follow as the source sent them: `objectName`, `oldValue`, " +
    "`newValue`, `originatorLoginName`, `originatorIsLpa`, …",
);

export const EcsEvent = namedOpen(
  "EcsEvent",
  v.looseObject({
    "@timestamp": told(
      instant,
      "The time of the change; if it can't be read, the time of collection.",
    ),
    ecs: v.object({ version: v.string() }),
    event: open({
      id: ID,
      created: told(instant, "When the event was read."),
      category: v.array(v.string()),
      type: v.array(v.string()),
    }),
    liveperson: open({
      audit: told(v.record(v.string(), v.string()), "What ECS has no field for."),
    }),
  }),
  "An audit event in the Elastic Common Schema.",
);

export const OcsfEvent = namedOpen(
  "OcsfEvent",
  v.looseObject({
    class_uid: told(v.literal(3004), "Entity Management."),
    activity_id: told(count, "1 create, 3 update, 4 delete, 99 other, 0 unknown."),
    time: told(v.pipe(v.number(), v.integer()), "The time of the change, epoch milliseconds."),
    metadata: open({ version: v.string(), uid: ID }),
    entity: open({ name: v.string(), type: v.string(), type_id: count }),
  }),
  "An audit event in the Open Cybersecurity Schema Framework.",
);
