/** Types that check a handler's answer against the schemas of its route. No code. */

/** The same value, readonly at every depth. */
export type Readable<T> = T extends object ? { readonly [K in keyof T]: Readable<T[K]> } : T;

/** `Given`, if it is a `Documented` without undocumented fields. */
export type Fitting<Given, Documented> = Given extends Documented
  ? [Undocumented<Given, Documented>] extends [never] ? Given
  : { readonly fieldsThatNoSchemaHas: Undocumented<Given, Documented> }
  : Documented;

/** The names of fields, at any depth, that the value has and its schema doesn't. */
type Undocumented<Given, Documented> = unknown extends Documented ? never
  : Given extends string | number | boolean | null | undefined ? never
  : Given extends readonly unknown[] ? Undocumented<Given[number], Member<Documented, number>>
  : {
    [K in keyof Given & string]: K extends Names<Documented>
      ? Undocumented<Given[K], Member<Documented, K>>
      : K;
  }[keyof Given & string];

type Names<T> = T extends unknown ? keyof T : never;
type Member<T, K> = T extends unknown ? K extends keyof T ? T[K] : never : never;
