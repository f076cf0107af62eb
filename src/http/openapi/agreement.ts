/**
 * Holds the schemas of the answers and the types of the code together: if they part ways, this file
 * does not compile. It has no code.
 */
import type * as v from "valibot";
import type { ListedLetters, Status } from "../../collector/collector.ts";
import type { Verdict } from "../../collector/health/health.ts";
import type { FoundEvents } from "../../collector/runs/read_events.ts";
import type { Redelivery } from "../../collector/runs/redeliver.ts";
import type { BackfillState, RunReport } from "../../collector/health/report.ts";
import type { TestedStep } from "../../collector/runs/connection_check.ts";
import type { Problem } from "../../problems.ts";
import type { SCHEMAS } from "./answers.ts";

type Described<Name extends keyof typeof SCHEMAS> = v.InferOutput<typeof SCHEMAS[Name]>;

/** A type without what makes no difference here: readonly or not, and that a problem's code is one of a list. */
type Plain<T> = T extends object
  ? { -readonly [K in keyof T]: K extends "code" ? string : Plain<T[K]> }
  : T;

type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends
  (<T>() => T extends Plain<B> ? 1 : 2) ? true : false;

type Agree<Checks extends readonly true[]> = Checks;

export type Agreement = Agree<[
  Same<Described<"Problem">, Problem>,
  // it has other fields too, which no type can name
  FoundEvents["events"][number] extends Described<"AuditEvent"> ? true : false,
  Same<Described<"Run">, RunReport>,
  Same<Described<"Backfill">, BackfillState>,
  Same<Described<"Step">, TestedStep>,
  Same<Described<"Verdict">, Verdict>,
  Same<Described<"Status">, Status>,
  Same<Described<"DeadLetters">, ListedLetters>,
  Same<Described<"Redelivery">, Redelivery>,
]>;
