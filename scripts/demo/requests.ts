/** The requests of a run, in all and in words. Pure. */
import { number } from "../../src/format.ts";

/** Requests by service: `1 token, 3 audit, 1 xsiam`. */
export function requests(byName: Readonly<Record<string, number>>): string {
  const parts = Object.entries(byName).map(([name, value]) => `${number(value)} ${name}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

/** All requests of a run. */
export function total(byName: Readonly<Record<string, number>>): number {
  return Object.values(byName).reduce((sum, value) => sum + value, 0);
}
