/**
 * The kill matrix: a collection is killed before and after each of its I/O operations in turn, and
 * continued by a new process. Nothing is lost; what is repeated was in the one batch in flight.
 */
import assert from "node:assert/strict";
import { mortalHost, newStorage, type Storage } from "./mortal_host.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "./collector_in.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");
const POISON = "poison";
/** Four of them fill a batch. */
const LONG_VALUE = "x".repeat(300_000);

/** What a process has before it that is to be killed. */
interface Scene {
  readonly prepare: (environment: Environment, storage: Storage) => void | Promise<void>;
  /** Events that are delivered in the end; one more is poison. */
  readonly delivered: number;
  /** Events of a batch, which may be taken apart. */
  readonly inBatch: number;
  readonly leastOperations: number;
}

const isPoison = ({ newValue }: { newValue?: unknown }) => newValue === POISON;

/** Twelve changes, three batches: one of them poison, two of them twins. */
const backlog: Scene = {
  prepare(environment) {
    environment.livePerson.add(history());
    environment.xsiam.poison = isPoison;
  },
  delivered: 11,
  inBatch: 4,
  leastOperations: 25,
};

/** Six changes are set aside, one of them poison; then XSIAM accepts again, two are new, and one comes late. */
const afterRefusal: Scene = {
  async prepare(environment, storage) {
    const at = (minutesAgo: number, newValue: string) =>
      changeAt(NOW - minutesAgo * MINUTE_MS, { newValue });
    environment.xsiam.poison = () => true;
    environment.livePerson.add(
      Array.from({ length: 6 }, (_, i) => at(14 - i, i === 3 ? POISON : `value ${i}`)),
    );
    await collectorIn(environment, mortalHost(storage, () => NOW - 2 * MINUTE_MS)).collect("cron");
    environment.xsiam.poison = isPoison;
    environment.livePerson.add([at(9.5, "late"), at(2, "new"), at(1, "newer")]);
  },
  delivered: 8,
  inBatch: 6,
  leastOperations: 25,
};

function history() {
  return Array.from({ length: 12 }, (_, i) =>
    changeAt(NOW - (120 - i) * MINUTE_MS, {
      oldValue: LONG_VALUE,
      newValue: i === 5 ? POISON : `value ${i}`,
      ...(i === 7 && { changeTimestampMs: NOW - 114 * MINUTE_MS, newValue: "value 6" }),
    }));
}

async function collectAll(
  environment: Environment,
  storage: Storage,
  now: () => number,
): Promise<void> {
  for (let run = 0; run < 5; run++) {
    const report = await collectorIn(environment, mortalHost(storage, now)).collect("cron");
    assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
    if (!report.more && report.delivered === 0) return;
  }
  assert.fail("the collection does not come to rest");
}

/** One life: killed at an operation, then continued. Returns the operations of the first process. */
async function live(scene: Scene, dieAt?: { operation: number; when: "before" | "after" }) {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  const storage = newStorage();
  await scene.prepare(environment, storage);
  const host = mortalHost(storage, () => NOW, dieAt);
  await collectorIn(environment, host).collect("cron").catch(() => {});
  const batchesBefore = environment.xsiam.requests.filter((request) => request.status === 200);
  await collectAll(environment, storage, () => NOW + MINUTE_MS);

  const deliveries = environment.xsiam.deliveries();
  const letters = [...storage.local.keys()].filter((key) => key.startsWith("dead-letter/"));
  assert.equal(deliveries.size, scene.delivered, "every event but the poison is delivered");
  assert.equal(letters.length, 1, "the poison is kept");
  const repeated = [...deliveries.values()].filter((times) => times > 1).length;
  const inFlight = Math.max(0, ...batchesBefore.map((request) => request.records));
  assert.ok([...deliveries.values()].every((times) => times <= 2), "nothing comes three times");
  assert.ok(
    repeated <= Math.max(scene.inBatch, inFlight),
    `${repeated} events of one batch are repeated`,
  );
  return { operations: host.operations, repeated };
}

/** Kills a collection before and after each of its operations. */
async function killEverywhere(scene: Scene): Promise<void> {
  const { operations, repeated } = await live(scene);
  assert.equal(repeated, 0);
  console.log(`${operations.length} operations, killed before and after each`);
  assert.ok(operations.length > scene.leastOperations, "the history exercises the engine");
  for (const operation of operations.keys()) {
    for (const when of ["before", "after"] as const) {
      await live(scene, { operation, when }).catch((error) => {
        throw new Error(`killed ${when} ${operations[operation]} (#${operation})`, {
          cause: error,
        });
      });
    }
  }
}

Deno.test("a collection that is killed at any I/O operation loses nothing and repeats one batch at most", () =>
  killEverywhere(backlog));

Deno.test("the same holds where events were set aside, and one comes late", () =>
  killEverywhere(afterRefusal));
