/**
 * The Durable Objects from outside: one for each pipeline, called by RPC. Only the message of an error
 * crosses RPC, so the objects return problems as values; anything thrown is Cloudflare's fault or a bug.
 * Calls objects, and logs when that fails.
 */
import { type AskEach, askEach, type Collectors } from "../collector/fleet.ts";
import { writeLog } from "../collector/log.ts";
import {
  type Arguments,
  type CollectorService,
  type Method,
  offer,
  type Outcome,
  problemIn,
  type Value,
} from "../collector/service.ts";
import { whereThrown } from "../errors.ts";
import { type Problem, toProblem } from "../problems.ts";
import { type Pipeline, pipelineName, shortName } from "../pipelines/pipeline.ts";
import { listPipelines, type PipelineEntry } from "../pipelines/pipelines.ts";
import type { Operators } from "../operators/operators.ts";
import type { KvNamespace } from "./workers_kv_store.ts";

/** Bindings and variables, see wrangler.toml. The settings are among them. */
export interface Env extends Record<string, unknown> {
  readonly CURSORS: KvNamespace;
  readonly COLLECTOR: { getByName(name: string): ObjectMethods };
  readonly OPERATORS: { getByName(name: string): Operators };
  readonly API_TOKEN?: string;
  readonly API_TOKEN_READ?: string;
}

/** What an object does: the calls of its own collector and, as a relay, those of other objects. */
export interface ObjectMethods extends CollectorService {
  /** Makes the same call to each pipeline's collector; the outcomes are in the pipelines' order. */
  askAll<M extends Method>(
    pipelines: readonly Pipeline[],
    method: M,
    ...args: Arguments<M>
  ): Promise<readonly Outcome<Value<M>>[]>;
}

/** At most this many objects are asked directly; the free plan allows 50 requests an invocation. */
export const ASKED_DIRECTLY = 40;

/**
 * The collectors of all pipelines. If many are called at once, some objects relay the call, each with its
 * own request allowance.
 * @throws {CollectorError} `configuration_invalid`
 */
export function openObjects(env: Env): Collectors {
  const pipelines = entriesOf(env).map(({ pipeline }) => pipeline);
  const of = objectsOf(env);
  const [askDirectly, askRelays] = [askEach(of), relaysOf(env)];
  return {
    pipelines,
    of,
    ask: (some, method, ...args) =>
      (some.length <= ASKED_DIRECTLY ? askDirectly : askRelays)(some, method, ...args),
  };
}

/** Each pipeline's collector, in its object, whose name identifies the pipeline. */
export function objectsOf(env: Env): Collectors["of"] {
  return (pipeline) =>
    offer(async (method, ...args) => {
      try {
        const object: CollectorService = env.COLLECTOR.getByName(pipelineName(pipeline));
        return await object[method](...args);
      } catch (error) {
        return { ok: false, problem: problemIn(pipeline, tellUnreachable(error, [pipeline])) };
      }
    });
}

function relaysOf(env: Env): AskEach {
  return async (pipelines, method, ...args) => {
    const groups = Array.from(
      { length: Math.ceil(pipelines.length / ASKED_DIRECTLY) },
      (_, group) => pipelines.slice(group * ASKED_DIRECTLY, (group + 1) * ASKED_DIRECTLY),
    );
    const answers = await Promise.all(groups.map(async (group, index) => {
      try {
        return await env.COLLECTOR.getByName(`relay/${index}`).askAll(group, method, ...args);
      } catch (error) {
        const problem = tellUnreachable(error, group);
        return group.map((one) => ({ ok: false as const, problem: problemIn(one, problem) }));
      }
    }));
    return answers.flat();
  };
}

/** The answer says only that an object could not be asked; the log says where. */
function tellUnreachable(error: unknown, group: readonly Pipeline[]): Problem {
  const problem = toProblem(error);
  const thrownAt = whereThrown(error);
  const pipelines = group.map(shortName);
  writeLog({ level: "error", event: "object_failed", pipelines, problem, thrownAt });
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
