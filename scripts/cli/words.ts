/** Numbers and times as people read them. Pure. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `1234` becomes `1,234`. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 event`, `1,234 events`; `plural` is for words that take more than an s. */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}

/** `21 Nov 19:04:44`, in UTC, of an ISO 8601 time; other text stays as it is. */
export function dayAndTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${timeOfDay(iso)}`;
}

/** `19:04:44`, in UTC, of an ISO 8601 time; other text stays as it is. */
export function timeOfDay(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : new Date(ms).toISOString().slice(11, 19);
}

/** Requests by service: `1 token, 3 audit, 1 xsiam`. */
export function requests(byName: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byName).map(([name, value]) => `${number(value)} ${name}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** All requests of a run. */
export function total(byName: Readonly<Record<string, number>>): number {
  return Object.values(byName).reduce((sum, value) => sum + value, 0);
}
