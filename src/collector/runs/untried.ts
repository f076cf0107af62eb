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

/** A run that fails elsewhere says nothing about the destination, so the last one that got there counts. */
function shownBy({ lastRun, lastDelivery, history }: Health, id: string, label: string): string {
  if (lastRun === null) return "The first run will tell.";
  const failed = history.outages.findLast(({ service }) => service === id);
  const isLast = lastRun.problem?.upstream?.name === id;
  if (failed !== undefined && (isLast || failed.until > (lastDelivery?.at ?? ""))) {
    return `But the last run that got there, at ${failed.until}, failed: ${failed.title}.`;
  }
  return lastDelivery === null
    ? "No run has delivered an event there yet."
    : `${label} took events last at ${lastDelivery.at}.`;
}
