/**
 * Gets a batch through to the destination. A batch refused for its content is halved until the
 * refused events stand alone ("poison"); the rest is delivered. I/O only through `Destination`.
 */
import { CollectorError } from "../errors.ts";
import type { Line } from "./batch.ts";

/** Accepted, or refused for what is in it. Every other failure is thrown as a CollectorError. */
export type Verdict = { readonly accepted: true } | {
  readonly accepted: false;
  readonly status: number;
  /** What the destination said, in one short line without event content. */
  readonly reason: string;
};

export interface Destination {
  /** `probing`: a part of a batch that was refused, so that a refusal is not worth a retry. */
  push(lines: readonly Line[], options: { probing: boolean }): Promise<Verdict>;
}

export interface Refused<L extends Line> {
  readonly line: L;
  readonly status: number;
  readonly reason: string;
}

/** What became of a batch so far. Filled in place, so that it can be told when the delivery fails half-way. */
export interface Settled<L extends Line> {
  readonly delivered: L[];
  readonly refused: Refused<L>[];
  /** True once the destination has accepted anything in this run: only then is a refusal the event's fault. */
  accepting: boolean;
}

/** So many refusals without one acceptance suggest that the destination refuses everything. */
const HOPELESS_REFUSALS = 16;

/**
 * Delivers the batch in order, and puts into `settled` what was accepted and what was refused.
 * @param random from 0 to 1; picks the event that is tried when nothing got through so far
 * @throws {CollectorError} `destination_refuses_everything` when nothing at all gets through: then it
 * is the key's, the URL's or the compression's fault, not the events', and none is given up
 */
export async function deliver<L extends Line>(
  destination: Destination,
  batch: readonly L[],
  settled: Settled<L>,
  random: () => number,
): Promise<void> {
  let refusals = 0;
  const waiting: (readonly L[])[] = [batch];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    const verdict = await destination.push(part, { probing: part !== batch });
    if (verdict.accepted) {
      settled.delivered.push(...part);
      settled.accepting = true;
      continue;
    }
    refusals++;
    if (part.length > 1) {
      const half = Math.ceil(part.length / 2);
      waiting.push(part.slice(half), part.slice(0, half));
    } else {
      settled.refused.push({ line: part[0], status: verdict.status, reason: verdict.reason });
    }
    const hopeless = refusals === HOPELESS_REFUSALS || waiting.length === 0;
    if (hopeless && !settled.accepting && !await anyAccepted()) {
      throw new CollectorError("destination_refuses_everything", {
        detail:
          `XSIAM answered ${verdict.status} to each of ${refusals} attempts: ${verdict.reason}`,
        upstream: { name: "xsiam", status: verdict.status },
      });
    }
  }

  /** Tries one waiting event, mostly a new one: poison at the front must not hide that the rest gets through. */
  async function anyAccepted(): Promise<boolean> {
    const at = random() < 0.5 ? 0 : Math.floor(random() * waiting.length);
    const line = waiting[at]?.findLast((candidate) => candidate.occurrence === 1);
    if (line === undefined) return false;
    const verdict = await destination.push([line], { probing: true });
    if (!verdict.accepted) return false;
    settled.delivered.push(line);
    settled.accepting = true;
    const rest = waiting[at].filter((other) => other !== line);
    waiting.splice(at, 1, ...(rest.length > 0 ? [rest] : []));
    return true;
  }
}
