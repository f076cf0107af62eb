/** The operators' records under Deno: in the database that the collectors use, which other processes may share. */
import { memoryStore } from "../storage/memory_store.ts";
import { type KeepFirst, keepFirstIn, OperatorRecords } from "../operators/operator_records.ts";
import type { Operators } from "../operators/operators.ts";
import { commit } from "./kv_commit.ts";
import { denoKvStore } from "./kv_store.ts";

/** `kv`: the database; undefined keeps them in memory. */
export function openOperators(kv: Deno.Kv | undefined): Operators {
  const store = kv === undefined ? memoryStore() : denoKvStore(kv, ["operators"]);
  const keepFirst = kv === undefined ? keepFirstIn(store) : keepFirstInKv(kv);
  return new OperatorRecords({ store, keepFirst, now: Date.now });
}

/** Of several processes that try at the same time, one succeeds. */
function keepFirstInKv(kv: Deno.Kv): KeepFirst {
  return async (name, text) => {
    const key = ["operators", "first", name];
    const known = await kv.get<string>(key);
    if (known.value !== null) return known.value;
    const { ok } = await commit(kv.atomic().check(known).set(key, text));
    return ok ? text : (await kv.get<string>(key)).value!;
  };
}
