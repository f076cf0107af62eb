/** Runs a script, and presses Ctrl-C once it waits for a destination that never answers. */
import assert from "node:assert/strict";
import type { Ended } from "./running_script.ts";
import type { ScriptStage } from "./script_stage.ts";

/** More than it may take, and less than the request's own timeout. */
const MOST_MS = 10_000;

export async function interruptedAtPush(
  stage: ScriptStage,
  name: string,
  args: readonly string[],
): Promise<Ended> {
  const pushed = Promise.withResolvers<void>();
  stage.xsiam.faults.when("push", () => {
    pushed.resolve();
    return { hang: true };
  });
  await using script = await stage.start(name, args, { REQUEST_TIMEOUT: "30 seconds" });
  await pushed.promise;
  const askedMs = performance.now();
  script.interrupt();
  const ended = await stage.ended(script);
  assert.ok(performance.now() - askedMs < MOST_MS, "it ended soon");
  stage.xsiam.faults.clear();
  return ended;
}
