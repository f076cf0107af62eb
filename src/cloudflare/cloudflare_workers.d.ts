/** The part of `cloudflare:workers` that is used. Types only: the Workers runtime provides the module. */
import type { ObjectStorage } from "./durable_object_store.ts";

export interface DurableObjectState {
  /** Set for an object that was obtained by name, in its alarm too. */
  readonly id: { readonly name?: string };
  readonly storage: ObjectStorage & {
    /** Epoch milliseconds. */
    setAlarm(atMs: number): Promise<void>;
  };
}

/** A class whose methods others call by RPC. */
export abstract class DurableObject<Env> {
  protected readonly ctx: DurableObjectState;
  protected readonly env: Env;
  constructor(ctx: DurableObjectState, env: Env);
}
