/** The Test button: the steps on the way from the audit trail to the destination, and how each went. */
import { KINDS } from "../../destinations/catalog.ts";
import type { Unverified } from "../../destinations/kind.ts";
import { type Problem, toProblem } from "../../problems.ts";
import type { Session } from "../../sources/liveperson/session.ts";

const SOURCE_STEPS = ["discovery", "token", "audit"] as const;

/** The steps that there may be: only some destinations have a call that changes nothing. */
export const STEPS: readonly TestedStep["step"][] = [
  ...["configuration" as const, ...SOURCE_STEPS],
  ...KINDS.length > 1 || KINDS.some((kind) => kind.connectionCheck.check !== null)
    ? ["destination" as const]
    : [],
];

export interface TestedStep {
  readonly step: "configuration" | typeof SOURCE_STEPS[number] | "destination";
  /** The destination that it is about, by the id of its kind. */
  readonly destination?: string;
  /** `skipped`: a step before it failed. `unverified`: it can't be told, though nothing seems wrong. */
  readonly outcome: "ok" | "failed" | "skipped" | "unverified";
  readonly milliseconds: number;
  readonly problem?: Problem;
  /** Why it is unverified. */
  readonly because?: string;
}

/** The steps of the source, when none can be tried. */
export const SOURCE_SKIPPED: readonly TestedStep[] = SOURCE_STEPS.map((step) => ({
  step,
  outcome: "skipped",
  milliseconds: 0,
}));

/** Tries discovery, sign-in and one audit call; what follows a failure is skipped. */
export async function testSource(
  now: () => number,
  session: Session,
  readAudit: () => Promise<unknown>,
): Promise<readonly TestedStep[]> {
  const work = {
    discovery: async () => {
      await session.auditOrigin();
      await session.authOrigin();
    },
    token: async () => void await session.accessToken(),
    audit: async () => void await readAudit(),
  };
  const steps: TestedStep[] = [];
  for (const [i, step] of SOURCE_STEPS.entries()) {
    steps.push({ step, ...await attempt(now, work[step]) });
    if (steps[i].outcome === "failed") return [...steps, ...SOURCE_SKIPPED.slice(i + 1)];
  }
  return steps;
}

/** Tries the destination. `check`: its call that changes nothing. */
export async function testDestination(
  now: () => number,
  destination: string,
  check: () => Promise<void | Unverified>,
): Promise<TestedStep> {
  return { step: "destination", destination, ...await attempt(now, check) };
}

async function attempt(
  now: () => number,
  work: () => Promise<void | Unverified>,
): Promise<Omit<TestedStep, "step" | "destination">> {
  const startedMs = now();
  try {
    const because = (await work())?.unverified;
    const milliseconds = now() - startedMs;
    return because === undefined
      ? { outcome: "ok", milliseconds }
      : { outcome: "unverified", milliseconds, because };
  } catch (error) {
    return { outcome: "failed", milliseconds: now() - startedMs, problem: toProblem(error) };
  }
}
