/**
 * A process that dies at any of its operations on Deno KV, with its lease not given back: the next one
 * takes over, nothing is lost, and at most the batch in flight comes twice.
 */
import assert from "node:assert/strict";
import type { Platform } from "../../src/collector/platform.ts";
import { denoDigest } from "../../src/deno/digest.ts";
import { storageInKv } from "../../src/deno/storage.ts";
import { Lease } from "../../src/deno/lease.ts";
import { denoKvStore, type Writer } from "../../src/deno/kv_store.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";
import { collectorIn } from "../collector/collector_in.ts";
import type { Environment } from "../../scripts/simulators/environment.ts";
import { FakeClock } from "./fake_clock.ts";

/** Four of them fill a batch. */
const LONG_VALUE = "x".repeat(300_000);

interface DyingAt {
  readonly operation: number;
  readonly when: "before" | "after";
}

/** The database as a process sees it that dies at one of its operations. */
function mortalKv(kv: Deno.Kv, dyingAt?: DyingAt) {
  const operations: string[] = [];
  let dead = false;
  async function operate<T>(name: string, effect: () => Promise<T>): Promise<T> {
    const dying = operations.length === dyingAt?.operation;
    if (!dead) operations.push(name);
    if (dying && dyingAt!.when === "before") dead = true;
    if (dead) throw new Error("dead");
    const result = await effect();
    if (dying) dead = true;
    if (dead) throw new Error("dead");
    return result;
  }
  const mortal = new Proxy(kv, {
    get(_, method: "get" | "getMany" | "set" | "list" | "atomic") {
      if (method === "list") {
        return async function* (selector: Deno.KvListSelector) {
          yield* await operate("list", () => Array.fromAsync(kv.list(selector)));
        };
      }
      if (method === "atomic") {
        return () => {
          const operation = kv.atomic();
          const commit = operation.commit.bind(operation);
          operation.commit = () => operate("commit", commit);
          return operation;
        };
      }
      const call = kv[method].bind(kv) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => operate(method, () => call(...args));
    },
  });
  return { kv: mortal, operations };
}

function hostOn(kv: Deno.Kv, clock: FakeClock, holder: string): Platform {
  const stop = { aborted: false };
  const name = "12345678/xsiam";
  const lease = new Lease({ kv, name, holder, clock, log: () => {}, stop });
  return {
    name: "deno",
    ...storageInKv(kv, lease, name),
    fetch,
    now: () => clock.now(),
    random: () => 0.3,
    newId: () => "a-run",
    digest: denoDigest,
    log: () => {},
    stop,
  };
}

async function live(
  environment: Environment,
  clock: FakeClock,
  dyingAt?: DyingAt,
): Promise<string[]> {
  const database = await Deno.openKv(":memory:");
  try {
    const dying = mortalKv(database, dyingAt);
    await collectorIn(environment, hostOn(dying.kv, clock, "first")).collect("cron").catch(
      () => {},
    );
    const next = collectorIn(environment, hostOn(database, clock, "second"));
    for (let run = 0; run < 3; run++) {
      const report = await next.collect("cron");
      assert.equal(report.outcome, "ok", JSON.stringify(report.problem));
    }
    return dying.operations;
  } finally {
    database.close();
  }
}

async function check(dyingAt?: DyingAt): Promise<string[]> {
  const clock = new FakeClock(10_000);
  await using environment = await openEnvironment({ livePerson: { now: () => clock.now() } });
  environment.livePerson.add(
    Array.from(
      { length: 9 },
      (_, i) =>
        changeAt(clock.nowMs - (120 - i) * MINUTE_MS, {
          oldValue: LONG_VALUE,
          newValue: `value ${i}`,
        }),
    ),
  );
  const operations = await live(environment, clock, dyingAt);
  const deliveries = [...environment.xsiam.deliveries().values()];
  assert.equal(deliveries.length, 9, "nothing is lost");
  const repeated = deliveries.filter((times) => times > 1).length;
  assert.ok(repeated <= (dyingAt === undefined ? 0 : 4), `${repeated} events came again`);
  assert.ok(deliveries.every((times) => times <= 2));
  return operations;
}

Deno.test("a process that dies at any operation on Deno KV is taken over, and nothing is lost", async () => {
  const operations = await check();
  assert.ok(operations.length > 25, `${operations.length} operations`);
  for (const operation of operations.keys()) {
    for (const when of ["before", "after"] as const) {
      await check({ operation, when }).catch((cause) => {
        throw new Error(`died ${when} ${operations[operation]} (#${operation})`, { cause });
      });
    }
  }
});

Deno.test("a death while a long value is written leaves the old one, and the next put with the lease clears up", async () => {
  const database = await Deno.openKv(":memory:");
  const alone: Writer = {
    alone: true,
    commit: async (operation) => void await operation.commit(),
  };
  const [old, young] = ["old 🙂 ".repeat(50_000), "new 🙂 ".repeat(60_000)];
  const store = denoKvStore(database, ["p"], alone);
  for (const when of ["before", "after"] as const) {
    for (let operation = 0, ended = false; !ended; operation++) {
      await store.put("key", old);
      const dying = mortalKv(database, { operation, when });
      await denoKvStore(dying.kv, ["p"], alone).put("key", young).catch(() => {});
      assert.ok([old, young].includes(await store.get("key") ?? ""), `died ${when} #${operation}`);
      ended = dying.operations.length <= operation;
    }
  }
  await store.put("key", "short");
  const left = await Array.fromAsync(database.list({ prefix: [] }));
  assert.deepEqual(left.map((entry) => entry.key), [["p", "value", "key"]]);
  database.close();
});
