/**
 * Dates as the audit API writes and reads them: in a named time zone, without saying so. Pure,
 * apart from a cache of formatters and offsets. The format is from LivePerson's Audit Trail
 * documentation.
 */

const QUARTER_MS = 15 * 60 * 1000;
const UTC_NAMES = new Set(["UTC", "Etc/UTC", "GMT"]);

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** Offsets by quarter of an hour: no zone of today changes its offset within one. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

/**
 * `yyyy-MM-dd HH:mm:ss.S` of an instant (epoch milliseconds) in `timezone`.
 * @throws {RangeError} when there is no such time zone
 */
export function formatChangeDate(timeMs: number, timezone: string): string {
  const iso = new Date(timeMs + offsetMs(timeMs, timezone)).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 21)}`;
}

/**
 * The first instant (epoch milliseconds) of a `yyyy-MM-dd` day in `timezone`, `daysLater` days on.
 * @throws {RangeError} when the day or the time zone does not exist
 */
export function dayStartMs(day: string, timezone: string, daysLater = 0): number {
  const wall = new Date(`${day}T00:00:00Z`);
  const exists = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(wall.getTime()) &&
    wall.toISOString().startsWith(day);
  if (!exists) throw new RangeError(`"${day}" is not a date of the form yyyy-MM-dd`);
  wall.setUTCDate(wall.getUTCDate() + daysLater);
  const wallMs = wall.getTime();
  // The offset belongs to the instant, which isn't known yet: the second look is right on days
  // when clocks change.
  const guessMs = wallMs - offsetMs(wallMs, timezone);
  return wallMs - offsetMs(guessMs, timezone);
}

/** How far the clocks of `timezone` are ahead of UTC at an instant, in milliseconds. */
function offsetMs(timeMs: number, timezone: string): number {
  if (UTC_NAMES.has(timezone)) return 0;
  let zone = zones.get(timezone);
  if (zone === undefined) {
    zones.set(timezone, zone = { format: clockFormat(timezone), offsets: new Map() });
  }
  const quarter = Math.floor(timeMs / QUARTER_MS);
  let offset = zone.offsets.get(quarter);
  if (offset === undefined) {
    const quarterMs = quarter * QUARTER_MS;
    zone.offsets.set(quarter, offset = wallClockMs(zone.format, quarterMs) - quarterMs);
  }
  return offset;
}

function clockFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

/** What the zone's clocks show at an instant, read as if it were UTC. */
function wallClockMs(format: Intl.DateTimeFormat, timeMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
}
