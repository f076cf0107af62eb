/** Numbers, times and durations for people, in plain English; times are UTC. Pure. */

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `1,234` */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 event`, `1,234 events` */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

/** A duration in its two largest units: `4 minutes`, `3 hours 5 minutes`, `2 days`. */
export function length(seconds: number): string {
  if (seconds < MINUTE) return "less than a minute";
  const [large, small] = seconds < HOUR
    ? [count(Math.floor(seconds / MINUTE), "minute"), 0]
    : seconds < DAY
    ? [count(Math.floor(seconds / HOUR), "hour"), Math.floor((seconds % HOUR) / MINUTE)]
    : [count(Math.floor(seconds / DAY), "day"), Math.floor((seconds % DAY) / HOUR)];
  return small === 0 ? large : `${large} ${count(small, seconds < DAY ? "minute" : "hour")}`;
}

/** The same, rounded up: a lag is an upper bound. */
export function lengthAtMost(seconds: number): string {
  const unit = seconds < DAY ? MINUTE : HOUR;
  return length(seconds < MINUTE ? seconds : Math.ceil(seconds / unit) * unit);
}

/** A duration in one unit, rounded: `90 seconds`, `2 hours`, `3 days`. */
export function roughly(seconds: number): string {
  if (seconds < 2 * MINUTE) return count(seconds, "second");
  if (seconds < 2 * HOUR) return count(Math.round(seconds / MINUTE), "minute");
  if (seconds < 2 * DAY) return count(Math.round(seconds / HOUR), "hour");
  return count(Math.round(seconds / DAY), "day");
}

/** An exact duration, in its largest whole unit: `0.1 seconds`, `5 minutes`, `1 day`. */
export function exactly(ms: number): string {
  const seconds = ms / 1000;
  const [unit, name] = seconds >= DAY && seconds % DAY === 0
    ? [DAY, "day"]
    : seconds >= HOUR && seconds % HOUR === 0
    ? [HOUR, "hour"]
    : seconds >= MINUTE && seconds % MINUTE === 0
    ? [MINUTE, "minute"]
    : [1, "second"];
  return count(seconds / unit, name);
}

/** `4 minutes ago`, or `just now`, even for a time slightly ahead because clocks differ. */
export function ago(iso: string, nowMs: number): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  return seconds < MINUTE ? "just now" : `${length(seconds)} ago`;
}

/** `840 bytes`, `1.2 KB`, `3.4 MB`: units of 1,000. */
export function size(bytes: number): string {
  if (bytes < 1000) return count(bytes, "byte");
  return bytes < 999_950 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** How long something took: `240 ms`, `1.2 seconds`, `3 minutes`. */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} seconds`;
  return length(ms / 1000);
}

/** `21 Nov 2026` */
export function day(iso: string): string {
  const [year, month, date] = iso.slice(0, 10).split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${year}`;
}

/** `19:42 UTC` on the day of `nowMs`, else `21 Nov 2026, 19:42 UTC`. */
export function moment(iso: string, nowMs: number): string {
  const today = new Date(nowMs).toISOString().slice(0, 10) === iso.slice(0, 10);
  return today ? `${iso.slice(11, 16)} UTC` : instant(iso);
}

/** `21 Nov 2026, 19:42 UTC` */
export function instant(iso: string): string {
  return `${day(iso)}, ${iso.slice(11, 16)} UTC`;
}

/** `21 Nov 19:04:44`; text that is not a time is returned unchanged. */
export function dayAndTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${timeOfDay(iso)}`;
}

/** `19:04:44`; text that is no time stays as it is. */
export function timeOfDay(iso: string): string {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? iso : new Date(ms).toISOString().slice(11, 19);
}

/** A text of at most `max` characters; what is cut ends with `…`. */
export function cut(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join("")}…`;
}
