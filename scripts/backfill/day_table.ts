/** The number of events by day, each with a bar. Pure. */
import { number } from "../../src/format.ts";

const BAR_WIDTH = 40;

export function dayTable(days: Readonly<Record<string, number>>): string {
  const most = Math.max(1, ...Object.values(days));
  const widest = Math.max(0, ...Object.values(days).map((events) => number(events).length));
  return Object.entries(days).map(([day, events]) => {
    const bar = "█".repeat(Math.max(1, Math.round((events / most) * BAR_WIDTH)));
    return `  ${day.padEnd(10)}  ${number(events).padStart(widest)}  ${bar}`;
  }).join("\n");
}
