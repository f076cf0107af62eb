/** The operators' records from outside: in a Durable Object, called by RPC. Keeps the page's key, which never changes. */
import type { Operators } from "../operators/operators.ts";
import type { Env } from "./objects.ts";

/** There is one object for the deployment. */
const NAME = "operators";

/** By environment: an isolate has few, and they live as long as it does. */
const opened = new WeakMap<Env, Operators>();

export function openOperators(env: Env): Operators {
  const known = opened.get(env);
  if (known !== undefined) return known;
  let key: string | undefined;
  const object = () => env.OPERATORS.getByName(NAME);
  const operators: Operators = {
    pageKey: async () => key ??= await object().pageKey(),
    startSession: (start) => object().startSession(start),
    findSession: (id, isUse) => object().findSession(id, isUse),
    endSession: (id) => object().endSession(id),
    endSessions: () => object().endSessions(),
    countRefusal: (address, unreported) => object().countRefusal(address, unreported),
    refusals: (unreported) => object().refusals(unreported),
    keepAction: (action) => object().keepAction(action),
    actions: () => object().actions(),
  };
  opened.set(env, operators);
  return operators;
}
