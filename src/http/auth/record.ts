/** Records who did what: each use of a route or button that changes something or reads events. */
import type { Context, MiddlewareHandler } from "hono";
import type { Collectors } from "../../collector/fleet.ts";
import type { OperatorAction } from "../../operators/action.ts";
import { accountsOf, type Named } from "../../pipelines/choose.ts";
import type { DoorEnv } from "./door.ts";

/** Tells the record what the request is about. */
export function tellAbout(c: Context, given: unknown): void {
  c.set("about", namedIn((given ?? {}) as Record<string, unknown>));
}

/** When starting over, the confirmation alone may name the account. */
function namedIn({ confirm, account = confirm, destination }: Record<string, unknown>): Named {
  return {
    ...(typeof account === "string" && { account }),
    ...(typeof destination === "string" && { destination }),
  };
}

/** Records the request under this name, if it has one, with its outcome. `connect` may throw. */
export function recordAction(
  action: string | ((c: Context) => string | null),
  connect: (c: Context) => Collectors,
): MiddlewareHandler {
  return async (c, next) => {
    await next();
    const name = typeof action === "string" ? action : action(c);
    if (name !== null) await record(c, name, () => connect(c));
  };
}

/** Records what was done or refused, as the answer tells it. */
async function record(c: Context<DoorEnv>, action: string, connect: () => Collectors) {
  const { address, nowMs, requestId, log, operators } = c.var.door;
  const { status } = c.res;
  const kept: OperatorAction = {
    at: new Date(nowMs).toISOString(),
    requestId,
    actor: c.var.actor ?? null,
    address,
    action,
    ...existing(connect, c.var.about ?? namedIn(c.req.query())),
    outcome: c.var.hasFailed ? "failed" : outcomeOf(status),
    status,
  };
  if (status === 429 && kept.actor === null) return; // counted as a request without a valid token
  const { at: _, ...fields } = kept;
  log({ level: "info", event: "operator_action", ...fields });
  if (kept.actor === null) return; // a stranger must not push out what others did
  try {
    await operators.keepAction(kept);
    if (isDelivered(c.env)) await queue(connect(), kept);
  } catch {
    log({ level: "error", event: "operator_action_lost", requestId });
  }
}

function isDelivered({ DELIVER_OPERATOR_ACTIONS: setting }: DoorEnv["Bindings"]): boolean {
  return setting?.trim().toLowerCase() === "true";
}

/** For each destination of the account concerned; if there are several accounts, of the first one. */
async function queue(collectors: Collectors, action: OperatorAction): Promise<void> {
  const account = action.account ?? collectors.pipelines[0].account;
  const pipelines = collectors.pipelines.filter((one) =>
    one.account === account && one.destination !== null
  );
  for (const outcome of await collectors.ask(pipelines, "queueOperatorAction", action)) {
    if (!outcome.ok && outcome.problem.code !== "configuration_invalid") {
      throw new Error(outcome.problem.code);
    }
  }
}

function outcomeOf(status: number): OperatorAction["outcome"] {
  return status < 400 ? "done" : status < 500 ? "refused" : "failed";
}

/** The account and destination that were meant, if they exist: any other name may be a stranger's text. */
function existing(connect: () => Collectors, { account, destination }: Named) {
  try {
    const { pipelines } = connect();
    const accounts = accountsOf(pipelines);
    const kinds = pipelines.map((one) => one.destination?.kind);
    const meant = account ?? (accounts.length === 1 ? accounts[0] : undefined);
    return {
      account: meant !== undefined && accounts.includes(meant) ? meant : null,
      destination: destination !== undefined && kinds.includes(destination) ? destination : null,
    };
  } catch {
    return { account: null, destination: null };
  }
}
