/** Schemas for the values of settings: texts, secrets, switches, numbers, durations and URLs. Pure. */
import * as v from "valibot";
import { exactly } from "../format.ts";
import { parseLengthMs } from "./duration.ts";

export const text = v.pipe(v.string(), v.trim());

export const required = v.pipe(text, v.nonEmpty("is not set"));

export const secret = v.pipe(
  text,
  v.nonEmpty("is not set"),
  v.regex(/^[\x21-\x7e]+$/, "has spaces or other characters that a key can't contain"),
);

export const boolean = v.pipe(
  text,
  v.toLowerCase(),
  v.picklist(["true", "false"], "must be true or false"),
  v.transform((value) => value === "true"),
);

/** One of the words. */
export function choice<const Words extends readonly [string, ...string[]]>(words: Words) {
  const list = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return v.pipe(text, v.picklist(words, `must be ${list}`));
}

export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    text,
    v.regex(/^\d{1,9}$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** A duration, in milliseconds. */
export function length(minMs: number, maxMs: number, example: string) {
  return v.pipe(
    text,
    v.transform(parseLengthMs),
    v.number(`must be a duration such as ${example}`),
    v.minValue(minMs, `must not be shorter than ${exactly(minMs)}`),
    v.maxValue(maxMs, `must not be longer than ${exactly(maxMs)}`),
  );
}

/** Turns a parser into a schema; the message of the error that it throws becomes the schema's. */
export function parsed<T>(parse: (value: string) => T) {
  return v.pipe(
    text,
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      try {
        return parse(dataset.value);
      } catch (error) {
        addIssue({ message: (error as Error).message });
        return NEVER;
      }
    }),
  );
}
