/** The Test button: tries each step of the way from the audit trail to the destination, and tells how it went. */
import { KINDS } from "../../destinations/catalog.ts";
import type { Unverified } from "../../destinations/kind.ts";
import { type Problem, toProblem } from "../../problems.ts";
import type { Session } from "../../sources/liveperson/session.ts";

const SOURCE_STEPS = ["configuration", "discovery", "token", "audit"] as const;

/** The steps that there may be: only some destinations have a call that changes nothing. */
export const STEPS: readonly TestedStep["step"][] = [
  ...SOURCE_STEPS,
  ...KINDS.some((kind) => kind.connectionCheck.check !== null) ? ["destination" as const] : [],
];

export interface TestedStep {
  readonly step: typeof SOURCE_STEPS[number] | "destination";
  /** `skipped`: a step before it failed. `unverified`: it can't be told, though nothing seems wrong. */
  readonly outcome: "ok" | "failed" | "skipped" | "unverified";
  readonly milliseconds: number;
  readonly problem?: Problem;
  /** Why it is unverified. */
  readonly because?: string;
}

/** The steps when the configuration itself is invalid. */
export function configurationFailed(problem: Problem): readonly TestedStep[] {
  const skipped = { outcome: "skipped", milliseconds: 0 } as const;
  return [
    { step: "configuration", outcome: "failed", milliseconds: 0, problem },
    { step: "discovery", ...skipped },
    { step: "token", ...skipped },
    { step: "audit", ...skipped },
  ];
}

/**
 * Tries discovery, sign-in, one audit call, and the destination if it can be tried. The configuration is
 * valid, or there would be no session.
 */
export async function testConnection(
  now: () => number,
  session: Session,
  readAudit: () => Promise<unknown>,
  checkDestination: (() => Promise<void | Unverified>) | null,
): Promise<readonly TestedStep[]> {
  const steps: TestedStep[] = [{ step: "configuration", outcome: "ok", milliseconds: 0 }];
  await attempt("discovery", async () => {
    await session.auditOrigin();
    await session.authOrigin();
  });
  await attempt("token", async () => void await session.accessToken());
  await attempt("audit", async () => void await readAudit());
  if (checkDestination !== null) await attempt("destination", checkDestination);
  return steps;

  async function attempt(
    step: TestedStep["step"],
    work: () => Promise<void | Unverified>,
  ): Promise<void> {
    if (steps.some((before) => before.outcome === "failed")) {
      steps.push({ step, outcome: "skipped", milliseconds: 0 });
      return;
    }
    const startedMs = now();
    try {
      const because = (await work())?.unverified;
      const milliseconds = now() - startedMs;
      if (because === undefined) steps.push({ step, outcome: "ok", milliseconds });
      else steps.push({ step, outcome: "unverified", milliseconds, because });
    } catch (error) {
      const milliseconds = now() - startedMs;
      steps.push({ step, outcome: "failed", milliseconds, problem: toProblem(error) });
    }
  }
}
