/**
 * Faults: what a simulator should do wrong, and when. One `Faults` object belongs to one simulator;
 * the server asks it before each request. Nothing here does I/O.
 */

/** The kind of request that a fault applies to. */
export type FaultTarget = "domain" | "token" | "audit" | "push";

/** One way to misbehave. */
export type Fault =
  /** Answer this instead; the request is not processed. */
  | {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly contentType?: string;
  }
  /** Wait, then answer normally. */
  | { readonly delayMs: number }
  /** Never answer; the socket stays open until the client leaves or the simulator closes. */
  | { readonly hang: true }
  /** Cut the connection without an answer: before the request is processed, or after. */
  | { readonly drop: "before" | "after" }
  /** Answer 200 with this text; the request is not processed. */
  | { readonly garbage: string; readonly contentType?: string }
  /** Process the request, promise the full length, send half of the body, cut the connection. */
  | { readonly half: true }
  /** Answer 302 to this address; the request is not processed. */
  | { readonly redirect: string };

/**
 * Chooses the fault of a request; `n` counts the target's requests from 0, starting when the rule
 * was set.
 */
type FaultRule = (n: number) => Fault | undefined;

interface Plan {
  readonly queue: Fault[];
  rule?: FaultRule;
  ruleCount: number;
  lasting?: Fault;
}

/**
 * The faults planned for each target. Queued faults go first, then the rule, then the lasting
 * fault.
 */
export class Faults {
  readonly #plans = new Map<FaultTarget, Plan>();

  /** Queues `fault` for the next `times` requests to `target`. */
  next(target: FaultTarget, fault: Fault, times = 1): void {
    for (let i = 0; i < times; i++) this.#plan(target).queue.push(fault);
  }

  /** Applies `fault` to every request to `target` until it is cleared. */
  always(target: FaultTarget, fault: Fault): void {
    this.#plan(target).lasting = fault;
  }

  /** Lets `rule` choose for each request to `target`; it replaces an earlier rule. */
  when(target: FaultTarget, rule: FaultRule): void {
    const plan = this.#plan(target);
    plan.rule = rule;
    plan.ruleCount = 0;
  }

  /** Forgets everything planned for `target`, or for all targets. */
  clear(target?: FaultTarget): void {
    if (target === undefined) this.#plans.clear();
    else this.#plans.delete(target);
  }

  /** The fault of the request that has just arrived, if any. Each call counts as one request. */
  take(target: FaultTarget): Fault | undefined {
    const plan = this.#plans.get(target);
    if (plan === undefined) return undefined;
    const ruled = plan.rule?.(plan.ruleCount++);
    return plan.queue.shift() ?? ruled ?? plan.lasting;
  }

  #plan(target: FaultTarget): Plan {
    let plan = this.#plans.get(target);
    if (plan === undefined) this.#plans.set(target, plan = { queue: [], ruleCount: 0 });
    return plan;
  }
}
