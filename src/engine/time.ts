/** Days and instants as the engine counts them: UTC, epoch milliseconds. Pure. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** How far the host's clock may be off. Memory is kept this much longer. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The UTC day of an instant, `yyyy-MM-dd`. */
export function utcDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The instant at which a UTC day begins. */
export function dayStartMs(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/**
 * The latest day whose listing holds everything from an instant on, in whatever time zone the source
 * takes the day to be: a day begins between 14 hours before and 12 hours after its beginning in UTC.
 */
export function listingDay(timeMs: number): string {
  return utcDay(timeMs - 12 * HOUR_MS);
}

/** The earliest instant at which a day may begin, in whatever time zone the source takes it to be. */
export function earliestStartMs(day: string): number {
  return dayStartMs(day) - 14 * HOUR_MS;
}

export function dayAfter(day: string): string {
  return utcDay(dayStartMs(day) + DAY_MS);
}

export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
