/**
 * The Durable Objects from outside: one for each pipeline, called by RPC. Of an error, only the message
 * crosses RPC, so the objects return problems as values; anything thrown is a fault of Cloudflare's or a
 * bug. Calls objects, and logs when that fails.
 */
import { type AskAll, askEach, type Collectors } from "../collector/fleet.ts";
import { writeLog } from "../collector/log.ts";
import {
  type Arguments,
  type CollectorService,
  type Method,
  offer,
  type Outcome,
  type Value,
} from "../collector/service.ts";
import { whereThrown } from "../errors.ts";
import { type Problem, toProblem } from "../problems.ts";
import { listPipelines, type PipelineEntry } from "../pipelines/pipelines.ts";
import type { KvNamespace } from "./workers_kv_store.ts";

/** Bindings and variables, see wrangler.toml. The settings are among them. */
export interface Env extends Record<string, unknown> {
  readonly CURSORS: KvNamespace;
  readonly COLLECTOR: { getByName(name: string): ObjectMethods };
  readonly API_TOKEN?: string;
}

/** What an object does: its own collector's calls, and as a relay those of other objects. */
export interface ObjectMethods extends CollectorService {
  /** Makes the same call of each pipeline; the outcomes are in the order of `ids`. */
  askAll<M extends Method>(
    ids: readonly string[],
    method: M,
    ...args: Arguments<M>
  ): Promise<readonly Outcome<Value<M>>[]>;
}

/** At most this many objects are asked directly; the free plan allows 50 requests an invocation. */
export const ASKED_DIRECTLY = 40;

/**
 * The collectors of all pipelines. If there are many, some objects relay a call, each with a request
 * allowance of its own.
 * @throws {CollectorError} `configuration_invalid`
 */
export function openObjects(env: Env): Collectors {
  const ids = entriesOf(env).map((entry) => entry.id);
  const of = objectsOf(env);
  return { ids, of, all: ids.length <= ASKED_DIRECTLY ? askEach(ids, of) : askRelays(env, ids) };
}

/**
 * Each pipeline's collector, in its object, which knows its pipeline by its own name.
 * @throws {CollectorError} `configuration_invalid`
 */
export function objectsOf(env: Env): Collectors["of"] {
  const nameOf = new Map(entriesOf(env).map((entry) => [entry.id, entry.name]));
  return (id) =>
    offer(async (method, ...args) => {
      try {
        const object: CollectorService = env.COLLECTOR.getByName(nameOf.get(id)!);
        return await object[method](...args);
      } catch (error) {
        return { ok: false, problem: { ...tellUnreachable(error, [id]), account: id } };
      }
    });
}

function askRelays(env: Env, ids: readonly string[]): AskAll {
  const groups = Array.from(
    { length: Math.ceil(ids.length / ASKED_DIRECTLY) },
    (_, group) => ids.slice(group * ASKED_DIRECTLY, (group + 1) * ASKED_DIRECTLY),
  );
  return async (method, ...args) => {
    const answers = await Promise.all(groups.map(async (group, index) => {
      try {
        return await env.COLLECTOR.getByName(`relay/${index}`).askAll(group, method, ...args);
      } catch (error) {
        const problem = tellUnreachable(error, group);
        return group.map((account) => ({ ok: false as const, problem: { ...problem, account } }));
      }
    }));
    return answers.flat();
  };
}

/** The answer says only that an object could not be asked; the log says where. */
function tellUnreachable(error: unknown, accounts: readonly string[]): Problem {
  const problem = toProblem(error);
  const thrownAt = whereThrown(error);
  writeLog({ level: "error", event: "object_failed", accounts, problem, thrownAt });
  return problem;
}

const entriesByEnv = new WeakMap<Env, readonly PipelineEntry[]>();

/**
 * The pipelines in the settings. Many objects share an isolate and its settings, so the list is read
 * once.
 * @throws {CollectorError} `configuration_invalid`
 */
export function entriesOf(env: Env): readonly PipelineEntry[] {
  const known = entriesByEnv.get(env);
  if (known !== undefined) return known;
  const entries = listPipelines(env, "workers");
  entriesByEnv.set(env, entries);
  return entries;
}
