/** The Test button: the steps on the way from the audit trail to the destination, and how each went. */
import type { Unverified } from "../../destinations/kind.ts";
import { type Problem, toProblem } from "../../problems.ts";
import type { Session } from "../../sources/liveperson/session.ts";

const SOURCE_STEPS = ["discovery", "token", "audit"] as const;

export const STEPS: readonly TestedStep["step"][] = [
  "configuration",
  ...SOURCE_STEPS,
  "destination",
];

export interface TestedStep {
  readonly step: "configuration" | typeof SOURCE_STEPS[number] | "destination";
  /** The destination that it is about, by the id of its kind. */
  readonly destination?: string;
  /**
   * `skipped`: it was not tested, because an earlier step failed or for the given reason. `unverified`: it
   * can't be determined, though nothing seems wrong.
   */
  readonly outcome: "ok" | "failed" | "skipped" | "unverified";
  readonly milliseconds: number;
  readonly problem?: Problem;
  /** Why it was not tested or is unverified, or what else is known about a failure. */
  readonly because?: string;
}

/** The steps of the source, when none can be tested. */
export const SOURCE_SKIPPED: readonly TestedStep[] = SOURCE_STEPS.map((step) => ({
  step,
  outcome: "skipped",
  milliseconds: 0,
}));

/** A way to the audit trail. */
export interface SourceWay {
  readonly session: Session;
  /** Makes one call through that session. */
  readonly readAudit: () => Promise<unknown>;
}

/** The same access twice: as the next run would have it, and as if nothing were remembered. */
interface BothWays<Way> {
  readonly now: () => number;
  readonly remembered: Way;
  /** Null when nothing is remembered, so that there is no difference. */
  readonly fresh: Way | null;
  /** Drops what is remembered. */
  readonly forget: () => Promise<void>;
}

const HELPS =
  "It works with a new sign-in. The earlier one has been forgotten: the next run signs in " +
  "again.";
const STILL_USED =
  "The runs still use an earlier sign-in, which works. Once it expires, they will fail too.";

function doesNotHelp({ title, detail }: Problem): string {
  return `Signing in again does not help: ${title}. ${detail}`;
}

/**
 * Tests discovery, sign-in and one audit call, as the next run would, and also without what is remembered.
 * If only what is remembered is wrong, it is forgotten.
 */
export async function testSource(
  { now, remembered, fresh, forget }: BothWays<SourceWay>,
): Promise<readonly TestedStep[]> {
  const steps = await tryEach(now, remembered);
  if (fresh === null) return steps;
  const anew = await tryEach(now, fresh);
  const failed = failedIn(steps);
  const failedAnew = failedIn(anew);
  if (failed === undefined) {
    return steps.map((step, i) =>
      anew[i] === failedAnew
        ? { ...failedAnew, because: STILL_USED }
        : { ...step, milliseconds: step.milliseconds + anew[i].milliseconds }
    );
  }
  // what is remembered only hides the failure from the earlier step
  if (failedAnew !== undefined && anew.indexOf(failedAnew) < steps.indexOf(failed)) return anew;
  if (failedAnew === undefined) await forget();
  const because = failedAnew === undefined ? HELPS : doesNotHelp(failedAnew.problem!);
  return steps.map((step) => step === failed ? { ...failed, because } : step);
}

/** Tests the destination in the same two ways, the second only if the first fails. */
export async function testDestination(
  destination: string,
  { now, remembered, fresh, forget }: BothWays<() => Promise<void | Unverified>>,
): Promise<TestedStep> {
  const step: TestedStep = {
    ...{ step: "destination", destination },
    ...await attempt(now, remembered),
  };
  if (step.outcome !== "failed" || fresh === null) return step;
  const anew = await attempt(now, fresh);
  if (anew.outcome !== "failed") await forget();
  return { ...step, because: anew.outcome === "failed" ? doesNotHelp(anew.problem!) : HELPS };
}

/** What follows a failure is skipped. */
async function tryEach(
  now: () => number,
  { session, readAudit }: SourceWay,
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

function failedIn(steps: readonly TestedStep[]): TestedStep | undefined {
  return steps.find((step) => step.outcome === "failed");
}
