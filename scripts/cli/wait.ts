/** Waits for a while, or until somebody stops the script. */
import type { StopSignal } from "./stop_signal.ts";

export async function waitOrStop(milliseconds: number, stop: StopSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  await Promise.race([promise, stop.wait]);
  clearTimeout(timer);
}
