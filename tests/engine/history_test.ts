/** Property: whatever the history of events, faults and runs, nothing is lost and nothing comes twice. */
import fc from "fast-check";
import { history, play } from "./history.ts";

Deno.test("whatever happens, every event is delivered, and only unsettled batches are repeated", async () => {
  const seed = Number(Deno.env.get("HISTORY_SEED") ?? Date.now() % 2 ** 31);
  const numRuns = Number(Deno.env.get("HISTORIES") ?? 5000);
  console.log(`history seed ${seed}: HISTORY_SEED=${seed} plays the same histories again`);
  await fc.assert(fc.asyncProperty(history, play), { seed, numRuns });
});
