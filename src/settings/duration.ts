/** Times as people write them: `3 days`, `yesterday`, `2023-10-25T10:00:00Z`. Pure; UTC throughout. */
import { UTCDate } from "@date-fns/utc";
import { isValid, parseISO, startOfDay, sub, subDays } from "date-fns";

const UNITS = {
  second: "seconds",
  minute: "minutes",
  hour: "hours",
  day: "days",
  week: "weeks",
  month: "months",
  year: "years",
} as const;

const AGO = /^(\d{1,6}) +(second|minute|hour|day|week|month|year)s?(?: +ago)?$/i;
const LENGTH = /^(\d{1,6}(?:\.\d{1,3})?) +(second|minute|hour|day)s?$/i;
const ISO =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const LENGTH_MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** What `parsePast` understands, for error messages. */
export const PAST_FORMS = "an ISO 8601 date or time such as 2023-10-25T10:00:00Z, " +
  "a time such as 3 days, 2 weeks ago or 1 month, today, or yesterday";

/**
 * An instant in the past, epoch milliseconds; null when the text is none of the known forms. A time without
 * an offset is UTC. The result may be in the future: the caller decides.
 */
export function parsePast(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  const now = new UTCDate(nowMs);
  if (/^today$/i.test(trimmed)) return startOfDay(now).getTime();
  if (/^yesterday$/i.test(trimmed)) return subDays(startOfDay(now), 1).getTime();
  const ago = AGO.exec(trimmed);
  if (ago !== null) {
    const unit = UNITS[ago[2].toLowerCase() as keyof typeof UNITS];
    const then = sub(now, { [unit]: Number(ago[1]) });
    return isValid(then) && then.getTime() >= 0 ? then.getTime() : null;
  }
  if (!ISO.test(trimmed)) return null;
  const then = parseISO(trimmed.replace(" ", "T").toUpperCase(), { in: utcContext });
  return isValid(then) ? then.getTime() : null;
}

/** A duration in milliseconds, such as `15 minutes` or `0.5 seconds`; null if the text is not one. */
export function parseLengthMs(text: string): number | null {
  const length = LENGTH.exec(text.trim());
  if (length === null) return null;
  return Number(length[1]) * LENGTH_MS[length[2].toLowerCase() as keyof typeof LENGTH_MS];
}

function utcContext(value: Date | number | string): UTCDate {
  return new UTCDate(value);
}
