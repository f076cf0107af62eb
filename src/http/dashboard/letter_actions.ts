/** What can be done with one refused event, a group or all of them: redeliver or discard them. */
import * as v from "valibot";
import type { LetterChoice } from "../../collector/records/letter_choice.ts";
import { CollectorError } from "../../errors.ts";
import { count, number } from "../../format.ts";
import {
  DISCARDED_LETTERS,
  MAX_LETTERS,
  REDELIVERED_LETTERS,
} from "../routing/letter_arguments.ts";
import { type Action, toldProblem } from "./action.ts";

type Fields = Readonly<Record<string, unknown>>;

export const LETTER_ACTIONS = {
  "redeliver": {
    name: "Redeliver refused events",
    recordedAs: "redeliver",
    confirm: "Redeliver",
    explanation: (destination, form) => toldRedelivery(destination, readRedelivered(form)),
    perform: async ({ of }, pipeline, form) => {
      const choice = readRedelivered(form);
      const outcome = await of(pipeline).redeliver(MAX_LETTERS, choice);
      if (!outcome.ok) return toldProblem("Nothing was redelivered", outcome.problem);
      const { delivered, refused, left } = outcome.value;
      const areAll = choice.ids === undefined && choice.reason === undefined;
      return {
        ok: areAll ? left === 0 : refused === 0,
        title: `${count(delivered, "event")} redelivered`,
        lines: [
          `${count(refused, "event")} refused again, ${count(left, "refused event")} left.`,
          ...(areAll && left > refused ? ["Redeliver again for the rest."] : []),
          ...(choice.reason !== undefined && delivered + refused === MAX_LETTERS
            ? ["Redeliver again, in case there are more with that reason."]
            : []),
        ],
      };
    },
  },
  "discard": {
    name: "Discard refused events",
    recordedAs: "discardDeadLetters",
    confirm: "Discard",
    explanation: (destination) =>
      `Discarded events are never delivered to ${destination}, unless a backfill reads them again. ` +
      "Runs no longer try those that are set aside. This can't be undone.",
    perform: async ({ of }, pipeline, form) => {
      const outcome = await of(pipeline).discardLetters(readDiscarded(form));
      if (!outcome.ok) return toldProblem("Nothing was discarded", outcome.problem);
      const { discarded, left } = outcome.value;
      return {
        ok: true,
        title: `${count(discarded, "event")} discarded`,
        lines: [`${count(left, "refused event")} left.`],
      };
    },
  },
} satisfies Record<string, Action>;

function toldRedelivery(destination: string, { ids, reason }: LetterChoice): string {
  const kept = "What it refuses again is kept.";
  if (ids?.length === 1) {
    return `Pushes this event to ${destination} again. If it is refused again, it is kept.`;
  }
  if (ids !== undefined) {
    return `Pushes these ${number(ids.length)} events to ${destination} again. ${kept}`;
  }
  const which = reason === undefined ? "all refused events" : "all events refused for this reason";
  const most = `if there are more than ${MAX_LETTERS}, the first ${MAX_LETTERS}`;
  return `Pushes ${which} to ${destination} again; ${most}. ${kept}`;
}

/**
 * All letters, if none are chosen.
 * @throws {CollectorError} `arguments_invalid`
 */
export function readRedelivered({ ids, reason }: Fields): LetterChoice {
  const { limit: _, ...choice } = parse(REDELIVERED_LETTERS, { ids, reason });
  return choice;
}

/**
 * The letters that are chosen in exactly one way.
 * @throws {CollectorError} `arguments_invalid`
 */
export function readDiscarded({ ids, reason, all }: Fields): LetterChoice {
  const { all: _, ...choice } = parse(DISCARDED_LETTERS, { ids, reason, all });
  return choice;
}

function parse<S extends v.GenericSchema>(schema: S, given: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, given);
  if (result.success) return result.output;
  const detail = [...new Set(result.issues.map(({ message }) => message))].join(" ");
  throw new CollectorError("arguments_invalid", { detail });
}
