/** What a simulated destination says to each event of a push, and the answer that this makes. Pure. */
import type { EachAnswer } from "../../src/engine/ports.ts";

export type Said = "takes" | "refuses" | "again";

/** The answer of a destination that has looked at each event. */
export function answerEach(said: readonly Said[]): EachAnswer {
  const indices = (word: Said) => said.flatMap((one, index) => one === word ? [index] : []);
  const refused = indices("refuses").map((index) => ({ index, status: 400, reason: "malformed" }));
  return { refused, again: indices("again") };
}

/** The answer of a destination that stops at the first event that it does not take. */
export function answerUpToFirst(said: readonly Said[]): EachAnswer {
  const first = said.findIndex((one) => one !== "takes");
  if (first < 0) return { refused: [], again: [] };
  const from = (index: number) => said.flatMap((_, one) => one >= index ? [one] : []);
  if (said[first] === "again") return { refused: [], again: from(first) };
  const refused = [{ index: first, status: 400, reason: "malformed" }];
  return { refused, again: [], unread: from(first + 1) };
}

/** The events that the answer takes, by index. */
export function takenIn(said: readonly Said[], answer: EachAnswer): readonly number[] {
  const left = new Set([
    ...answer.refused.map(({ index }) => index),
    ...answer.again,
    ...answer.unread ?? [],
  ]);
  return said.flatMap((_, index) => left.has(index) ? [] : [index]);
}

/** Holds for every fifth, without a pattern that a series of pushes could follow. */
export function isOneOfFive(event: number, push: number): boolean {
  return (Math.imul(event * 31 + push * 17, 0x9e3779b1) >>> 16) % 5 === 0;
}
