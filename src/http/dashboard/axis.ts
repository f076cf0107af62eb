/** The vertical axis of a chart: where it ends, and its ticks. Pure. */

export interface Scale {
  /** The value at the upper end. */
  readonly top: number;
  /** From zero to the upper end. */
  readonly ticks: readonly { readonly value: number; readonly name: string }[];
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Ends of an axis of time, in seconds: each can be halved in its own unit. */
const TIMES = [
  ...[10, 20, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 4, 6, 8, 10, 14].map((days) => days * DAY),
];

/** For numbers of things; the axis ends at a round number. */
export function countScale(most: number): Scale {
  const unit = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  const top = [1, 2, 4, 6, 8, 10].map((factor) => factor * unit).find((end) => end >= most)!;
  const values = top === 1 ? [0, 1] : [0, top / 2, top];
  return { top, ticks: values.map((value) => ({ value, name: value.toLocaleString("en-US") })) };
}

/** For lengths of time, in seconds. */
export function timeScale(most: number): Scale {
  const top = TIMES.find((end) => end >= most) ?? 2 * DAY * Math.ceil(most / (2 * DAY));
  return { top, ticks: [0, top / 2, top].map((value) => ({ value, name: shortLength(value) })) };
}

/** `0`, `5 min`, `12 h`, `2 d` */
function shortLength(seconds: number): string {
  if (seconds === 0) return "0";
  if (seconds < HOUR) return `${seconds / MINUTE} min`;
  return seconds < DAY ? `${seconds / HOUR} h` : `${seconds / DAY} d`;
}
