/**
 * What errors about a destination say: its own words or, if it could be any, words that apply to all. Pure.
 */
import type { ErrorCode } from "../errors.ts";
import { ANY_DESTINATION_FIRST, kindOf, KINDS } from "./catalog.ts";
import type { Advice, AdvisedCode, AnyKind } from "./kind.ts";

type DestinationCode = Extract<ErrorCode, `destination_${string}`>;

const TITLES: Readonly<Record<AdvisedCode, string>> = {
  destination_unauthorized: "The destination refused the credentials",
  destination_not_found: "There is nothing at the destination's URL",
  destination_refuses_everything: "The destination refuses the events",
};

/** Title and action of each error when the destination isn't known. */
export const DESTINATION_ADVICE: Readonly<Record<DestinationCode, Advice>> = {
  destination_not_configured: {
    title: "There is no destination to push to",
    action: `Set ${KINDS.map((kind) => neededNames(kind)).join(", or ")}.`,
  },
  destination_unauthorized: anyAdvice("destination_unauthorized"),
  destination_not_found: anyAdvice("destination_not_found"),
  destination_refuses_everything: anyAdvice("destination_refuses_everything"),
  destination_misconfigured: refusesSetting(ANY_DESTINATION_FIRST),
  destination_refuses_events: refusesEvents(ANY_DESTINATION_FIRST),
};

/**
 * What the destination that an error names says about it; undefined if none is named, or it has no words
 * of its own.
 */
export function adviceOf(code: ErrorCode, destinationId: string | undefined): Advice | undefined {
  const kind = kindOf(destinationId);
  if (kind === undefined) return undefined;
  if (code === "destination_misconfigured") return refusesSetting(kind.label);
  if (code === "destination_refuses_events") return refusesEvents(kind.label);
  return kind.advice[code as AdvisedCode];
}

/** The settings that a destination requires, as a list in words. */
export function neededNames(kind: AnyKind): string {
  const names = Object.keys(kind.needed);
  return [names.slice(0, -1).join(", "), ...names.slice(-1)].filter((part) => part !== "")
    .join(" and ");
}

function anyAdvice(code: AdvisedCode): Advice {
  if (KINDS.length === 1) return KINDS[0].advice[code];
  const actions = KINDS.map((kind) => `${kind.label}: ${kind.advice[code].action}`);
  return { title: TITLES[code], action: actions.join(" ") };
}

function refusesSetting(destination: string): Advice {
  return {
    title: `${destination} refuses one of the settings`,
    action: "Correct the setting that is named. Runs then continue where they stopped.",
  };
}

function refusesEvents(destination: string): Advice {
  return {
    title: `${destination} refuses some of the events`,
    action:
      "To see the events, use should_push_events=false. Scheduled runs keep such events as dead letters.",
  };
}
