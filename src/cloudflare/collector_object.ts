/**
 * The Durable Object in which a collector lives, and how it is asked. Strongly consistent and
 * single-threaded, it is where runs take turns.
 */
import { askEach } from "../collector/fleet.ts";
import { type RunReport, wantsMore } from "../collector/runs/report.ts";
import { type CollectorService, type Method, type Outcome, serve } from "../collector/service.ts";
import { webDigest } from "../digest.ts";
import { type Problem, toProblem, whereThrown } from "../errors.ts";
import { writeLog } from "../collector/log.ts";
import { type AccountEntry, listAccounts } from "../settings/accounts.ts";
import { durableObjectStore, type ObjectStorage } from "./durable_object_store.ts";
import { type KvNamespace, workersKvStore } from "./workers_kv_store.ts";

/** Bindings and variables, see wrangler.toml. The settings are among them. */
export interface Env extends Record<string, unknown> {
  readonly CURSORS: KvNamespace;
  readonly COLLECTOR: ObjectNamespace;
  readonly API_TOKEN?: string;
}

interface ObjectNamespace {
  getByName(name: string): { fetch(request: Request): Promise<Response> };
}

interface ObjectState {
  readonly storage: ObjectStorage & { setAlarm(atMs: number): Promise<void> };
}

/** What an object is asked: one collector's method, or to ask several objects (`ids`) for it. */
type Question =
  & { readonly method: Method; readonly args: unknown[] }
  & (
    { readonly id: string } | { readonly ids: readonly string[] }
  );

/** So many objects are asked directly; the free plan affords 50 requests an invocation. */
export const ASKED_DIRECTLY = 40;

/** Where the account is kept for the alarm, which is told nothing. */
const ACCOUNT_KEY = "account";

export async function askObject(
  env: Env,
  { id, destination }: AccountEntry,
  method: Method,
  args: unknown[],
): Promise<Outcome<unknown>> {
  try {
    return await ask(env, `${id}/${destination}`, { id, method, args }) as Outcome<unknown>;
  } catch (error) {
    return { ok: false, problem: { ...tellUnreachable(error, [id]), account: id } };
  }
}

/** Asks every account's object. If there are many, some objects pass the question on, each with requests of its own. */
export async function fanOut(
  env: Env,
  entries: readonly AccountEntry[],
  method: Method,
  args: unknown[],
): Promise<readonly Outcome<unknown>[]> {
  const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
  const ids = [...entryOf.keys()];
  if (ids.length <= ASKED_DIRECTLY) {
    return await askEach(ids, (id) => askObject(env, entryOf.get(id)!, method, args));
  }
  const groups = Array.from(
    { length: Math.ceil(ids.length / ASKED_DIRECTLY) },
    (_, group) => ids.slice(group * ASKED_DIRECTLY, (group + 1) * ASKED_DIRECTLY),
  );
  const answers = await Promise.all(groups.map(async (group, index) => {
    try {
      return await ask(env, `relay/${index}`, { ids: group, method, args }) as Outcome<unknown>[];
    } catch (error) {
      const problem = tellUnreachable(error, group);
      return group.map((account) => ({ ok: false as const, problem: { ...problem, account } }));
    }
  }));
  return answers.flat();
}

/** An object that can't be asked is Cloudflare's fault or ours; the answer says only that it was so. */
function tellUnreachable(error: unknown, accounts: readonly string[]): Problem {
  const problem = toProblem(error);
  const thrownAt = whereThrown(error);
  writeLog({ level: "error", event: "object_failed", accounts, problem, thrownAt });
  return problem;
}

async function ask(env: Env, name: string, question: Question): Promise<unknown> {
  const request = new Request("https://collector/", {
    method: "POST",
    body: JSON.stringify(question),
  });
  return await (await env.COLLECTOR.getByName(name).fetch(request)).json();
}

const entriesByEnv = new WeakMap<Env, readonly AccountEntry[]>();

/**
 * The accounts in the settings. Many objects share an isolate and its settings: the list is read once.
 * @throws {CollectorError} `configuration_invalid`
 */
export function entriesOf(env: Env): readonly AccountEntry[] {
  const known = entriesByEnv.get(env);
  if (known !== undefined) return known;
  const entries = listAccounts(env, "workers");
  entriesByEnv.set(env, entries);
  return entries;
}

export class CollectorObject {
  #service: CollectorService | undefined;

  constructor(private readonly state: ObjectState, private readonly env: Env) {}

  /** Answers a question. */
  async fetch(request: Request): Promise<Response> {
    const question = await request.json() as Question;
    const { method, args } = question;
    if ("ids" in question) {
      const entries = this.#entries().filter((entry) => question.ids.includes(entry.id));
      return Response.json(await fanOut(this.env, entries, method, args));
    }
    const call = this.#serviceOf(question.id)[method] as (...args: unknown[]) => Promise<unknown>;
    const answer = await call(...args);
    if (method === "collect") await this.#followBacklog(answer as Outcome<RunReport>, question.id);
    return Response.json(answer);
  }

  /** While a run ends with more to read, the next one follows at once, as an invocation of its own. */
  async alarm(): Promise<void> {
    const id = (await this.state.storage.get([ACCOUNT_KEY])).get(ACCOUNT_KEY) as string;
    if (this.#entries().every((entry) => entry.id !== id)) return; // it was taken out of the settings
    await this.#followBacklog(await this.#serviceOf(id).collect("backlog"), id);
  }

  async #followBacklog(answer: Outcome<RunReport>, id: string): Promise<void> {
    if (!answer.ok || !wantsMore(answer.value)) return;
    await this.state.storage.put({ [ACCOUNT_KEY]: id });
    await this.state.storage.setAlarm(Date.now());
  }

  #serviceOf(id: string): CollectorService {
    return this.#service ??= serve(this.#entryOf(id), "workers", {
      fetch: (input, init) => fetch(input, init),
      now: Date.now,
      random: Math.random,
      newId: () => crypto.randomUUID(),
      digest: webDigest,
      log: writeLog,
      exclusively: (work) => work(), // a Durable Object is one process, whoever asks
      stop: { aborted: false },
      published: workersKvStore(this.env.CURSORS),
      local: durableObjectStore(this.state.storage),
    });
  }

  #entryOf(id: string): AccountEntry {
    return this.#entries().find((entry) => entry.id === id)!;
  }

  #entries(): readonly AccountEntry[] {
    return entriesOf(this.env);
  }
}
