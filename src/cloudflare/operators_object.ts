/**
 * The Durable Object that remembers the people and programs that use the routes and the page; one for the
 * deployment. Single-threaded and strongly consistent: a session that has ended has ended everywhere, and
 * there is only one page key, whoever asks for it first.
 */
// @ts-types="./cloudflare_workers.d.ts"
import { DurableObject } from "cloudflare:workers";
import type { OperatorAction } from "../operators/action.ts";
import { keepFirstIn, OperatorRecords } from "../operators/operator_records.ts";
import type { Operators } from "../operators/operators.ts";
import type { SessionStart } from "../operators/session.ts";
import { durableObjectStore } from "./durable_object_store.ts";
import type { Env } from "./objects.ts";

export class OperatorsObject extends DurableObject<Env> implements Operators {
  #opened: OperatorRecords | undefined;

  pageKey() {
    return this.#records().pageKey();
  }

  startSession(start: SessionStart) {
    return this.#records().startSession(start);
  }

  findSession(id: string, isUse: boolean) {
    return this.#records().findSession(id, isUse);
  }

  endSession(id: string) {
    return this.#records().endSession(id);
  }

  endSessions() {
    return this.#records().endSessions();
  }

  countRefusal(address: string, unreported: number) {
    return this.#records().countRefusal(address, unreported);
  }

  refusals(unreported: number) {
    return this.#records().refusals(unreported);
  }

  keepAction(action: OperatorAction) {
    return this.#records().keepAction(action);
  }

  actions() {
    return this.#records().actions();
  }

  #records(): OperatorRecords {
    if (this.#opened === undefined) {
      const store = durableObjectStore(this.ctx.storage);
      this.#opened = new OperatorRecords({ store, keepFirst: keepFirstIn(store), now: Date.now });
    }
    return this.#opened;
  }
}
