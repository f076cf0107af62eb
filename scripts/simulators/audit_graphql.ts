/**
 * The documented wire of the Audit Trail API: a GraphQL document in, `{ data: { auditData } }` out,
 * run by the real graphql library so that a wrong query fails as it would anywhere. Pure: the log
 * and the clock's time are arguments.
 */

import {
  buildSchema,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from "graphql";
import type { AuditLog, AuditQuery, Direction } from "./audit_log.ts";
import type { PageNote, RenderSettings } from "./audit_page.ts";
import { type ListingHabits, listPage } from "./listing_habits.ts";
import type { AuditRecord } from "./records.ts";
import { dayStartMs, formatChangeDate } from "./zoned_time.ts";

/** What the documentation leaves open about the schema. */
export interface GraphqlSettings {
  /** How a query spells a direction: `ASC` or `"ASC"`. */
  readonly orderDirectionLiteral: "enum" | "string";
  /** Whether the field `actionType` exists. */
  readonly knowsActionType: boolean;
  /** The message of an error that a query is answered instead of records; `undefined`: none. */
  readonly failsWith: ((query: string) => string | undefined) | undefined;
}

/** The result of a query, and the page it asked for (absent when nothing was listed). */
interface GraphqlOutcome {
  readonly result: ExecutionResult;
  readonly page?: PageNote | undefined;
}

interface AuditDataArguments {
  readonly fromDate?: string | null;
  readonly toDate?: string | null;
  readonly first: number;
  readonly offset: number;
  readonly orderBy: readonly string[];
  readonly orderDirection: readonly string[];
  readonly users?: readonly string[] | null;
  readonly componentTypes?: readonly string[] | null;
  readonly timezone: string;
  readonly lpa: boolean;
  readonly automaticUpdates: boolean;
}

const schemas = new Map<string, GraphQLSchema>();

/** Runs a GraphQL document against a log. Mistakes in the document become `errors`, as GraphQL specifies. */
export function runGraphql(
  query: string,
  settings: GraphqlSettings & RenderSettings & ListingHabits,
  log: AuditLog,
  nowMs: number,
): GraphqlOutcome | "failed" {
  const schema = auditSchema(settings);
  const failure = settings.failsWith?.(query);
  if (failure !== undefined) {
    return { result: { data: null, errors: [new GraphQLError(failure)] } };
  }
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { result: { errors: [error as GraphQLError] } };
  }
  const errors = validate(schema, document);
  if (errors.length > 0) return { result: { errors } };

  let page: PageNote | undefined;
  let failed = false;
  const rootValue = {
    auditData(args: AuditDataArguments) {
      const listed = list(args, settings, log, nowMs);
      if (listed === "failed") {
        failed = true;
        return [];
      }
      page = listed.page;
      const { unrenderable: isUnrendered = () => false, unrenderedAs } = settings;
      failed = unrenderedAs === "500" && listed.records.some(isUnrendered);
      return listed.records.map((record) =>
        isUnrendered(record) ? unrendered(unrenderedAs) : rendered(record, args.timezone)
      );
    },
  };
  const result = execute({ schema, document, rootValue }) as ExecutionResult;
  return failed ? "failed" : { result, page };
}

/** What takes the place of a record that can't be rendered; with an error, `null`, and the error is listed. */
function unrendered(as: RenderSettings["unrenderedAs"]): Error | null {
  const error = new GraphQLError("Cannot return null for non-nullable field AuditItem.originator.");
  if (as === "error") throw error;
  return as === "null and error" ? error : null;
}

function rendered(record: AuditRecord, timezone: string) {
  const { rawChangeDate, changeTimestampMs } = record;
  return { ...record, changeDate: rawChangeDate ?? formatChangeDate(changeTimestampMs, timezone) };
}

const HOUR_MS = 60 * 60_000;

function list(args: AuditDataArguments, habits: ListingHabits, log: AuditLog, nowMs: number) {
  const { fromDate, toDate, timezone, offset, first } = args;
  if (first < 0) throw new GraphQLError("first must not be negative");
  if (offset < 0) throw new GraphQLError("offset must not be negative");
  // An unknown zone is an error even when there is nothing to show.
  formatChangeDate(nowMs, timezone);
  const lateMs = habits.dayStartsHoursLate * HOUR_MS;
  const query = {
    fromMs: fromDate == null ? undefined : dayStartMs(fromDate, timezone) + lateMs,
    toMs: toDate == null ? undefined : dayStartMs(toDate, timezone, 1) + lateMs,
    nowMs,
    lpa: args.lpa,
    automaticUpdates: args.automaticUpdates,
    direction: direction(args.orderBy, args.orderDirection),
    offset,
    first,
    matches: filter(args),
  };
  return listPage(log, query, habits);
}

/** The filters that the log doesn't know itself; `undefined` when the query has none. */
function filter({ users, componentTypes }: AuditDataArguments): AuditQuery["matches"] {
  if (!users && !componentTypes) return undefined;
  return ({ originatorUserId, originatorLoginName, objectType }) =>
    (!users || users.includes(originatorUserId) || users.includes(originatorLoginName)) &&
    (!componentTypes || componentTypes.includes(objectType));
}

/**
 * The log is sorted by time only, so a query for any other column is refused rather than answered
 * wrongly.
 */
function direction(columns: readonly string[], directions: readonly string[]): Direction {
  const other = columns.find((column) => column !== "changeTimestamp");
  if (other !== undefined) throw new GraphQLError(`orderBy: unknown column "${other}"`);
  const chosen = directions[0] ?? "DESC";
  if (chosen === "ASC" || chosen === "DESC") return chosen;
  throw new GraphQLError(`orderDirection: "${chosen}" is neither ASC nor DESC`);
}

function auditSchema({ orderDirectionLiteral, knowsActionType }: GraphqlSettings): GraphQLSchema {
  const key = `${orderDirectionLiteral} ${knowsActionType}`;
  let schema = schemas.get(key);
  if (schema === undefined) {
    const [type, descending] = orderDirectionLiteral === "enum"
      ? ["Direction", "DESC"]
      : ["String", '"DESC"'];
    // Column is a scalar of its own because both changeTimestamp and "changeTimestamp" are taken.
    schema = buildSchema(`
      scalar Column
      enum Direction { ASC DESC }
      type Query {
        auditData(
          fromDate: String
          toDate: String
          first: Int! = 50
          offset: Int! = 0
          orderBy: [Column!]! = ["changeTimestamp"]
          orderDirection: [${type}!]! = [${descending}]
          users: [String!]
          componentTypes: [String!]
          language: String! = "en-US"
          timezone: String! = "US/Eastern"
          lpa: Boolean! = false
          automaticUpdates: Boolean! = false
        ): [AuditItem]
      }
      type AuditItem {
        accountId: String
        objectType: String
        objectName: String
        ${knowsActionType ? "actionType: String" : ""}
        element: String
        oldValue: String
        newValue: String
        changeDate: String
        originator: String
        originatorLoginName: String
        originatorUserId: String
        originatorUserAgent: String
        originatorAuthType: String
        originatorIsLpa: Boolean
      }
    `);
    schemas.set(key, schema);
  }
  return schema;
}
