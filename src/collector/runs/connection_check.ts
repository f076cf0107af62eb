/** The Test button: tries each step of the way to the audit trail, and tells how it went. */
import { type Problem, toProblem } from "../../problems.ts";
import type { Session } from "../../sources/liveperson/session.ts";

export interface TestedStep {
  readonly step: "configuration" | "discovery" | "token" | "audit";
  /** `skipped`: a step before it failed. */
  readonly outcome: "ok" | "failed" | "skipped";
  readonly milliseconds: number;
  readonly problem?: Problem;
}

/** The steps when the configuration is bad already. */
export function configurationFailed(problem: Problem): readonly TestedStep[] {
  const skipped = { outcome: "skipped", milliseconds: 0 } as const;
  return [
    { step: "configuration", outcome: "failed", milliseconds: 0, problem },
    { step: "discovery", ...skipped },
    { step: "token", ...skipped },
    { step: "audit", ...skipped },
  ];
}

/** Tries discovery, sign-in and one audit call. The configuration holds, or there would be no session. */
export async function testConnection(
  now: () => number,
  session: Session,
  readAudit: () => Promise<unknown>,
): Promise<readonly TestedStep[]> {
  const steps: TestedStep[] = [{ step: "configuration", outcome: "ok", milliseconds: 0 }];
  await attempt("discovery", async () => {
    await session.auditOrigin();
    await session.authOrigin();
  });
  await attempt("token", () => session.accessToken());
  await attempt("audit", readAudit);
  return steps;

  async function attempt(step: TestedStep["step"], work: () => Promise<unknown>): Promise<void> {
    if (steps.some((before) => before.outcome === "failed")) {
      steps.push({ step, outcome: "skipped", milliseconds: 0 });
      return;
    }
    const startedMs = now();
    try {
      await work();
      steps.push({ step, outcome: "ok", milliseconds: now() - startedMs });
    } catch (error) {
      const milliseconds = now() - startedMs;
      steps.push({ step, outcome: "failed", milliseconds, problem: toProblem(error) });
    }
  }
}
