/**
 * A collection to a busy Splunk that takes parts of batches is killed before and after each of its I/O
 * operations, and continued by a new process: nothing is lost, and what is repeated was in one request.
 */
import assert from "node:assert/strict";
import { type HecSimulator, startHec } from "../../../scripts/simulators/hec.ts";
import type { Environment } from "../../../scripts/simulators/environment.ts";
import { collectorIn } from "../../collector/collector_in.ts";
import { mortalHost, newStorage, type Storage } from "../../collector/mortal_host.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../../environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const EVENTS = 12;
const POISON = 5;
/** Three of them fill a batch. */
const LONG_VALUE = "x".repeat(280_000);

interface Stage {
  readonly environment: Environment;
  readonly splunk: HecSimulator;
  readonly storage: Storage;
}

function collect({ environment, splunk, storage }: Stage, nowMs: number, dieAt?: DieAt) {
  const host = mortalHost(storage, () => nowMs, dieAt);
  const settings = { ...splunk.settings, XSIAM_URL: "", XSIAM_API_KEY: "" };
  return { host, report: collectorIn(environment, host, settings).collect("cron") };
}

type DieAt = { readonly operation: number; readonly when: "before" | "after" };

/** One life: killed at an operation, then continued until there is nothing left. */
async function live(dieAt?: DieAt) {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  await using splunk = await startHec({
    poison: ({ event }) => (event as { newValue: string }).newValue === `value ${POISON}`,
    takes: (push) => push % 2 === 1 ? 1 : undefined,
  });
  environment.livePerson.add(
    Array.from(
      { length: EVENTS },
      (_, i) =>
        changeAt(NOW - (120 - i) * MINUTE_MS, { oldValue: LONG_VALUE, newValue: `value ${i}` }),
    ),
  );
  const stage = { environment, splunk, storage: newStorage() };
  const first = collect(stage, NOW, dieAt);
  await first.report.catch(() => {});
  const inFlight = Math.max(0, ...splunk.requests.map(({ events }) => events));
  for (let run = 0, rests = false; !rests; run++) {
    assert.ok(run < 5, "it comes to rest");
    const report = await collect(stage, NOW + MINUTE_MS).report;
    assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
    rests = !report.more && report.delivered === 0;
  }
  const letters = [...stage.storage.local.keys()].filter((key) => key.startsWith("dead-letter/"));
  assert.equal(splunk.ids.size, EVENTS - 1, "every event but the poison is delivered");
  assert.equal(letters.length, 1, "the poison is kept");
  const repeats = splunk.count - splunk.ids.size;
  assert.ok(repeats <= inFlight, `${repeats} events are repeated, ${inFlight} were in a request`);
  return { operations: first.host.operations, repeats };
}

Deno.test("a collection to a busy Splunk that is killed at any I/O operation repeats one request at most", async () => {
  const { operations, repeats } = await live();
  assert.equal(repeats, 0);
  assert.ok(operations.length > 30, `${operations.length} operations`);
  for (const operation of operations.keys()) {
    for (const when of ["before", "after"] as const) {
      const { repeats } = await live({ operation, when }).catch((cause) => {
        throw new Error(`killed ${when} ${operations[operation]} (#${operation})`, { cause });
      });
      const done = operations.slice(0, operation + (when === "after" ? 1 : 0));
      const isCommitted = done.lastIndexOf("fetch") < done.lastIndexOf("local.put journal");
      assert.ok(!isCommitted || repeats === 0, `killed ${when} #${operation}, while it waited`);
    }
  }
});
