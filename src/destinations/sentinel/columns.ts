/**
 * The columns of the table that events are written to: `docs/sentinel/main.bicep` creates the same ones.
 * Pure. Source: Microsoft, "Add or delete tables and columns in Azure Monitor Logs": a name begins with a
 * letter and has at most 45 letters, digits and underscores; some are reserved, such as `Type` and `id`.
 */

type ColumnType = "dateTime" | "string" | "boolean" | "dynamic";

/** Which column a field of an event in the native format goes into. */
export const FIELD_COLUMNS = {
  accountId: "AccountId",
  objectType: "ObjectType",
  objectTypeLabel: "ObjectTypeLabel",
  objectName: "ObjectName",
  element: "Element",
  changeType: "ChangeType",
  changeTypeLabel: "ChangeTypeLabel",
  actionType: "ActionType",
  oldValue: "OldValue",
  newValue: "NewValue",
  userId: "UserId",
  changedBy: "ChangedBy",
  originator: "Originator",
  originatorUserId: "OriginatorUserId",
  originatorLoginName: "OriginatorLoginName",
  originatorUserAgent: "OriginatorUserAgent",
  originatorAuthType: "OriginatorAuthType",
  originatorIsLpa: "OriginatorIsLpa",
  changeDateError: "ChangeDateError",
} as const;

type FieldColumn = (typeof FIELD_COLUMNS)[keyof typeof FIELD_COLUMNS];

export type Column =
  | "CutFields"
  | "TimeGenerated"
  | "ChangeDate"
  | "EventId"
  | FieldColumn
  | "AdditionalFields"
  | "Event";

export const COLUMNS: Readonly<Record<Column, ColumnType>> = {
  // what was cut, and how many bytes it had; first, so that a cut event is recognized by how it begins
  CutFields: "dynamic",
  // Azure replaces a time that is older than two days by that of its arrival …
  TimeGenerated: "dateTime",
  // … so the time of the change has a column of its own
  ChangeDate: "dateTime",
  EventId: "string",
  ...Object.fromEntries(Object.values(FIELD_COLUMNS).map((column) => [column, "string"])) as Record<
    FieldColumn,
    ColumnType
  >,
  OriginatorIsLpa: "boolean",
  // fields that no column is for
  AdditionalFields: "dynamic",
  // the whole event, if its format is not the native one
  Event: "dynamic",
};
