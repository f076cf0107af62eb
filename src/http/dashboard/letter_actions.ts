/** What can be done with one refused event, a group or all of them: redeliver or discard them. */
import * as v from "valibot";
import type { LetterChoice } from "../../collector/records/letter_choice.ts";
import type { Redelivery } from "../../collector/runs/redeliver.ts";
import type { CollectorService } from "../../collector/service.ts";
import { CollectorError } from "../../errors.ts";
import { count, number } from "../../format.ts";
import {
  DISCARDED_LETTERS,
  MAX_LETTERS,
  REDELIVERED_LETTERS,
} from "../routing/letter_arguments.ts";
import { type Action, toldProblem } from "./action.ts";

/** How many are pushed at once. */
const MOST = `as many as the requests of one run allow, ${MAX_LETTERS} at most`;
const AGAIN = "Redeliver again to continue.";

type Fields = Readonly<Record<string, unknown>>;

export const LETTER_ACTIONS = {
  "redeliver": {
    name: "Redeliver refused events",
    recordedAs: "redeliver",
    confirm: "Redeliver",
    explanation: (destination, form) => toldRedelivery(destination, readRedelivered(form)),
    perform: async ({ of }, pipeline, form) => {
      const choice = readRedelivered(form);
      const collector = of(pipeline);
      const chosen = await lettersWith(choice, collector);
      const outcome = await collector.redeliver(MAX_LETTERS, choice);
      if (!outcome.ok) return toldProblem("Nothing was redelivered", outcome.problem);
      const { delivered, refused, left, problem } = outcome.value;
      if (problem !== undefined) {
        const title = `${count(delivered, "event")} redelivered, then it failed`;
        return toldProblem(title, problem, [`${count(left, "refused event")} left.`]);
      }
      const untried = untriedOf(choice, outcome.value, chosen);
      return {
        ok: refused === 0 && untried === 0,
        title: `${count(delivered, "event")} redelivered`,
        lines: [
          `${count(refused, "event")} refused again, ${count(left, "refused event")} left.`,
          ...toldUntried(untried, choice),
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
  const which = reason === undefined ? "refused events" : "events refused for this reason";
  return `Pushes ${which} to ${destination} again, ${MOST}. Redelivering again continues after ` +
    `them. ${kept}`;
}

/** How many letters have the reason that was chosen; null if none was, or that is not known. */
async function lettersWith(
  { reason }: LetterChoice,
  collector: CollectorService,
): Promise<number | null> {
  if (reason === undefined) return null;
  const listed = await collector.deadLetters(1, { grouped: true });
  if (!listed.ok) return null;
  const { groups = [] } = listed.value;
  return groups.find((group) => group.reason === reason)?.letters ?? 0;
}

/**
 * How many of the chosen letters were not tried: the requests of one run may not be enough for all of them.
 * Null if that is not known. `chosen`: how many had the reason before; one that is refused again may have
 * another since.
 */
function untriedOf(
  { ids, reason }: LetterChoice,
  { delivered, refused, left }: Redelivery,
  chosen: number | null,
): number | null {
  if (ids !== undefined) return ids.length - delivered - refused;
  if (reason === undefined) return Math.max(0, left - refused);
  return chosen === null ? null : Math.max(0, chosen - delivered - refused);
}

function toldUntried(untried: number | null, { ids }: LetterChoice): readonly string[] {
  if (untried === 0) return [];
  if (untried === null) return [`How many were not tried is not known. ${AGAIN}`];
  const told = `${count(untried, "event")} ${untried === 1 ? "was" : "were"} not tried`;
  if (ids !== undefined) {
    return [`${told}: no longer refused, or more than the requests of one run allow.`];
  }
  return [`${told}: one redelivery pushes ${MOST}. ${AGAIN}`];
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
