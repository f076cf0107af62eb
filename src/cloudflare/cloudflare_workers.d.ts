/** The part of `cloudflare:workers` that is used. Types alone: the Workers runtime brings the module. */
import type { ObjectStorage } from "./durable_object_store.ts";

export interface DurableObjectState {
  /** Of an object that was asked for by name, also when its alarm goes off. */
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
