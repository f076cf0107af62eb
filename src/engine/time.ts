/** Days and instants as the engine counts them: UTC, epoch milliseconds. Pure. */

export const DAY_MS = 86_400_000;

/** The UTC day of an instant, `yyyy-MM-dd`. */
export function utcDay(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The instant at which a UTC day begins. */
export function dayStartMs(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
