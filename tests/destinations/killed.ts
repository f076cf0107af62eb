/** A collection that is killed before and after each of its I/O operations, and continued by a new process. */
import assert from "node:assert/strict";
import type { Environment } from "../../scripts/simulators/environment.ts";
import { collectorIn } from "../collector/collector_in.ts";
import { mortalHost, newStorage, type Storage } from "../collector/mortal_host.ts";
import { MINUTE_MS } from "../environment.ts";

/** Which operation a process dies at, and whether it still takes effect. */
export interface Death {
  readonly operation: number;
  readonly when: "before" | "after";
}

interface Life {
  readonly storage: Storage;
  /** Those of the first process. */
  readonly operations: readonly string[];
}

/** Starts a collection, lets it die if it has to, and continues it until nothing is left to do. */
export async function live(
  environment: Environment,
  settings: Readonly<Record<string, string>>,
  nowMs: number,
  death: Death | undefined,
  whileDead = () => {},
): Promise<Life> {
  const storage = newStorage();
  const first = mortalHost(storage, () => nowMs, death);
  await collectorIn(environment, first, settings).collect("cron").catch(() => {});
  whileDead();
  for (let run = 0; run < 5; run++) {
    const host = mortalHost(storage, () => nowMs + MINUTE_MS);
    const report = await collectorIn(environment, host, settings).collect("cron");
    assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
    if (!report.more && report.delivered === 0) return { storage, operations: first.operations };
  }
  assert.fail("the collection does not come to rest");
}

/** Lives once unharmed, and then once for each death that there is. Returns how many there were. */
export async function killEverywhere(
  lifeThat: (death?: Death) => Promise<Pick<Life, "operations">>,
): Promise<number> {
  const { operations } = await lifeThat();
  for (const operation of operations.keys()) {
    for (const when of ["before", "after"] as const) {
      await lifeThat({ operation, when }).catch((error) => {
        throw new Error(`killed ${when} ${operations[operation]} (#${operation})`, {
          cause: error,
        });
      });
    }
  }
  return operations.length;
}
