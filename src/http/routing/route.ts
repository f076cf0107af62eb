/**
 * What a route is: one definition of its method, path, arguments, answers, problems, words and handler.
 * A handler whose answer does not fit the schemas of its route does not compile. No I/O.
 */
import type { MiddlewareHandler } from "hono";
import type * as v from "valibot";
import type { Collectors } from "../../collector/fleet.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Viewer } from "../../operators/viewer.ts";
import type { ArgumentsReader } from "./arguments.ts";
import type { Fitting, Readable } from "./fitting.ts";
import type { ProblemType, Reply } from "./reply.ts";
import type { Problem } from "./schemas.ts";

/** How a route describes itself in the API description. */
interface Description {
  readonly id: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly summary: string;
  readonly words: string;
  /** Shell commands; `$URL` is where the Worker is. */
  readonly examples: readonly string[];
  readonly access: Access;
  /** The most bytes that a body may have; if left out, 64 KiB. It applies to the whole path. */
  readonly maxBodyBytes?: number;
  /** Codes of the problems that it may answer with. */
  readonly problems: readonly ErrorCode[];
}

/** Who may use a route. Checked before anything else, whatever the method. */
export interface Access {
  // deno-lint-ignore no-explicit-any -- each guard knows the variables that it needs
  readonly guard: () => MiddlewareHandler<any>;
  /** True if it takes at least some requests without a token. */
  readonly isOpen: boolean;
  /**
   * True if every use is recorded, refused ones included: for routes that change something or read events.
   */
  readonly isRecorded: boolean;
  /** Codes of the problems that it adds to those of the route. */
  readonly problems: readonly ErrorCode[];
}

interface RouteAnswer {
  readonly words: string;
  /** By media type: one of these schemas. */
  readonly content: Readonly<Record<string, readonly v.GenericSchema[]>>;
}

/** By status. */
type RouteAnswers = Readonly<Record<number, RouteAnswer>>;

/** Problems with fields of their own. */
export interface Failure {
  readonly codes: readonly ErrorCode[];
  readonly schema: v.GenericSchema;
  /** The same status for all of them; if left out, each has its own. */
  readonly status?: number;
}

/** What a handler is given. */
export interface Asked<Args> {
  readonly args: Args;
  /** When the request arrived, epoch milliseconds. */
  readonly nowMs: number;
  /** @throws {CollectorError} `configuration_invalid` */
  readonly connect: () => Collectors;
  /** Who is signed in to the pages, on a route that lets them in; null for whoever sent a token. */
  readonly viewer: Viewer | null;
  /** How many requests without a valid token were refused. */
  readonly refusals: () => Promise<number>;
  /** The one of these media types that the client prefers; the first if it has no preference. */
  readonly preferred: <const T extends string>(types: readonly [T, ...T[]]) => T;
}

/** A route, as the app and the description see it. */
export interface Route extends Description {
  readonly arguments?: ArgumentsReader<unknown>;
  readonly answers: RouteAnswers;
  readonly failures: readonly Failure[];
  readonly handle: (asked: Asked<never>) => Reply | Promise<Reply>;
}

interface Definition<Args, A extends RouteAnswers, F extends readonly Failure[], R>
  extends Description {
  /** Left out, the request's arguments are ignored. */
  readonly arguments?: ArgumentsReader<Args>;
  readonly answers: A;
  readonly failures?: F;
  readonly handle: (asked: Asked<Args>) => Answered<R, A, F> | Promise<Answered<R, A, F>>;
}

type Answered<R, A extends RouteAnswers, F extends readonly Failure[]> =
  & R
  & Fitting<R, Described<A> | DescribedFailure<F>>;

type Described<A extends RouteAnswers> = {
  [S in keyof A & number]: {
    [T in keyof A[S]["content"] & string]: Reply<S, T, Output<A[S]["content"][T][number]>>;
  }[keyof A[S]["content"] & string];
}[keyof A & number];

type DescribedFailure<F extends readonly Failure[]> = Reply<
  number,
  ProblemType,
  Output<typeof Problem | F[number]["schema"]>
>;

type Output<S extends v.GenericSchema> = S extends unknown ? Readable<v.InferOutput<S>> : never;

export function defineRoute<
  Args,
  const A extends RouteAnswers,
  const R extends Reply,
  const F extends readonly Failure[] = [],
>(definition: Definition<Args, A, F, R>): Route {
  return { failures: [], ...definition } as Route;
}

/** An answer in JSON. */
export function inJson<const S extends readonly v.GenericSchema[]>(words: string, ...schemas: S) {
  return { words, content: { "application/json": schemas } } as const;
}
