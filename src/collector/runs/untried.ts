/** A destination that can't be tested: why, and what runs have shown about it. Pure. */
import type { AnyKind } from "../../destinations/kind.ts";
import type { Health } from "../health/health.ts";
import type { TestedStep } from "./connection_check.ts";

/** `because`: why there is no call to test it with. */
export function untried({ id, label }: AnyKind, because: string, health: Health): TestedStep {
  return {
    step: "destination",
    destination: id,
    outcome: "skipped",
    milliseconds: 0,
    because: `${because} ${shownBy(health, id, label)}`,
  };
}

function shownBy({ lastRun, lastDelivery }: Health, id: string, label: string): string {
  if (lastRun === null) return "The first run will tell.";
  const { problem, startedAt } = lastRun;
  if (problem?.upstream?.name === id) {
    return `But the last run, at ${startedAt}, failed there: ${problem.title}.`;
  }
  return lastDelivery === null
    ? "No run has delivered an event there yet."
    : `${label} took events last at ${lastDelivery.at}.`;
}
