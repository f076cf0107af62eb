/**
 * Audit records as the simulated LivePerson keeps them, and a generator of plausible ones: varied,
 * deterministic, fast. Pure: no I/O, no clock, no randomness but the seed's.
 */

import {
  ACTIONS,
  AUTOMATIC_ORIGINATORS,
  LPA_STAFF,
  OBJECT_KINDS,
  type ObjectKind,
  type Originator,
  USERS,
} from "./vocabulary.ts";

/** One change that somebody made to an account's configuration. */
export interface AuditRecord {
  /** When the change happened, in epoch milliseconds. The wire shows tenths of a second. */
  changeTimestampMs: number;
  accountId: string;
  /** A documented label, for example "Agent Groups". */
  objectType: string;
  objectName: string;
  /** "Add new", "Edit" or "Delete". */
  actionType: string;
  /** The setting that changed. */
  element: string;
  oldValue: string;
  newValue: string;
  originator: string;
  originatorLoginName: string;
  originatorUserId: string;
  originatorUserAgent: string;
  originatorAuthType: string;
  /** Made by LivePerson's own staff; listed only when asked for. */
  originatorIsLpa: boolean;
  /** Made by the system; listed only when asked for. */
  automatic: boolean;
  /**
   * A late arrival: listed only from this time of the simulator's clock on (epoch milliseconds).
   */
  visibleAtMs?: number;
  /** Shown as it is instead of the formatted date, for dates that can't be read. */
  rawChangeDate?: string;
  /** Further fields of the rest wire; GraphQL has no way to ask for them. */
  extra?: Record<string, unknown>;
}

/** What to generate. */
interface GenerateOptions {
  readonly seed: number;
  readonly count: number;
  /** The earliest time, inclusive, in epoch milliseconds. */
  readonly fromMs: number;
  /** The latest time, exclusive, in epoch milliseconds. */
  readonly toMs: number;
  readonly accountId: string;
  /** The share of records made by LivePerson's staff, 0 to 1. Default 0.05. */
  readonly lpaShare?: number;
  /** The share of automatic records, 0 to 1. Default 0.05. */
  readonly automaticShare?: number;
}

/** The wire shows one digit of a second's fraction. */
const RESOLUTION_MS = 100;
/** The most records that one change leaves; no kind of object has fewer elements. */
const MAX_RECORDS_A_CHANGE = 4;

/**
 * Generates records in ascending order of time. A change to one object leaves one to four records
 * of the same instant. No two records of one call are alike: an object's name carries the number of
 * its change.
 */
export function generateRecords(options: GenerateOptions): AuditRecord[] {
  const { count, accountId, lpaShare = 0.05, automaticShare = 0.05 } = options;
  const random = mulberry32(options.seed);
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const times = ascendingTimes(options, random);
  const records: AuditRecord[] = [];

  for (let change = 1; records.length < count; change++) {
    const changeTimestampMs = times[records.length]!;
    const kind: ObjectKind = pick(OBJECT_KINDS);
    const objectName = `${pick(kind.names)} ${change}`;
    const actionType: string = pick(ACTIONS);
    const draw = random();
    const originatorIsLpa = draw < lpaShare;
    const automatic = !originatorIsLpa && draw < lpaShare + automaticShare;
    const who: Originator = pick(
      originatorIsLpa ? LPA_STAFF : automatic ? AUTOMATIC_ORIGINATORS : USERS,
    );
    const length = 1 + Math.floor(random() * random() * MAX_RECORDS_A_CHANGE);
    const start = Math.floor(random() * kind.elements.length);

    for (let i = 0; i < length && records.length < count; i++) {
      const [element, values] = kind.elements[(start + i) % kind.elements.length]!;
      const from = Math.floor(random() * values.length);
      const step = 1 + Math.floor(random() * (values.length - 1));
      records.push({
        changeTimestampMs,
        accountId,
        objectType: kind.label,
        objectName,
        actionType,
        element,
        oldValue: actionType === "Add new" ? "" : values[from]!,
        newValue: actionType === "Delete" ? "" : values[(from + step) % values.length]!,
        originator: who.name,
        originatorLoginName: who.loginName,
        originatorUserId: who.userId,
        originatorUserAgent: who.userAgent,
        originatorAuthType: who.authType,
        originatorIsLpa,
        automatic,
      });
    }
  }
  return records;
}

/** As many times as records, ascending, each a multiple of the resolution. */
function ascendingTimes(
  { count, fromMs, toMs }: GenerateOptions,
  random: () => number,
): Float64Array {
  const start = Math.ceil(fromMs / RESOLUTION_MS);
  const steps = Math.max(1, Math.ceil(toMs / RESOLUTION_MS) - start);
  const times = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    times[i] = (start + Math.floor(random() * steps)) * RESOLUTION_MS;
  }
  return times.sort();
}

/**
 * A small generator of numbers from 0 (inclusive) to 1 (exclusive): the public-domain mulberry32.
 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
