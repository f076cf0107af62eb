/** Which pipelines the overview shows: those that are searched for, sorted, a page at a time. Pure. */
import type { State } from "../../collector/health/verdict.ts";
import { accountTitle, destinationName } from "./links.ts";
import { lastHours, sumOfEvents } from "./periods.ts";
import type { PipelineState } from "./pipeline_state.ts";
import { grouped } from "./pipeline_state.ts";

/** The orders, as the form names them. */
export const SORTS = {
  state: "Most urgent first",
  account: "By account",
  lag: "Longest lag first",
  run: "Longest without a run first",
  events: "Most events since yesterday first",
} as const;

export type Sort = keyof typeof SORTS;

export interface OverviewForm {
  /** What account, name or destination must contain; empty for all. */
  readonly q: string;
  /** Null for all. */
  readonly state: State | null;
  readonly sort: Sort;
  /** From 1. */
  readonly page: number;
}

export interface Chosen {
  /** All that match, in the order of the form. */
  readonly matched: readonly PipelineState[];
  /** Those of one page. */
  readonly shown: readonly PipelineState[];
  readonly page: number;
  readonly pages: number;
}

const PAGE_SIZE = 50;

export function readOverviewForm(
  { q = "", state, sort, page }: Readonly<Record<string, string>>,
  states: readonly State[],
): OverviewForm {
  return {
    q: q.trim(),
    state: states.find((one) => one === state) ?? null,
    sort: isSort(sort) ? sort : "state",
    page: /^[1-9]\d{0,4}$/.test(page ?? "") ? Number(page) : 1,
  };
}

function isSort(name: string | undefined): name is Sort {
  return name !== undefined && Object.hasOwn(SORTS, name);
}

/** A page beyond the last is the last. */
export function choose(
  states: readonly PipelineState[],
  form: OverviewForm,
  nowMs: number,
): Chosen {
  const { state, sort, page } = form;
  const found = states.filter((one) =>
    (state === null || one.state === state) && isFound(one, form)
  );
  const matched = sorted(found, sort, nowMs);
  const pages = Math.max(1, Math.ceil(matched.length / PAGE_SIZE));
  const at = Math.min(page, pages);
  return { matched, shown: matched.slice((at - 1) * PAGE_SIZE, at * PAGE_SIZE), page: at, pages };
}

/** True if it has the words of the search, whatever its state. */
export function isFound(one: PipelineState, { q }: Pick<OverviewForm, "q">): boolean {
  return wordsOf(one).includes(q.toLowerCase());
}

export function eventsOf({ status }: PipelineState, nowMs: number): number {
  return status === null ? 0 : sumOfEvents(lastHours(status.health.history, nowMs));
}

function wordsOf({ pipeline }: PipelineState): string {
  return `${accountTitle(pipeline)} ${destinationName(pipeline)}`.toLowerCase();
}

/** What is unknown comes first, if that is what somebody would look for. */
function sorted(
  states: readonly PipelineState[],
  sort: Sort,
  nowMs: number,
): readonly PipelineState[] {
  const by = (key: (one: PipelineState) => number) => states.toSorted((a, b) => key(a) - key(b));
  switch (sort) {
    case "state":
      return grouped(states).flatMap(({ members }) => members);
    case "account":
      return states.toSorted((a, b) =>
        accountTitle(a.pipeline).localeCompare(accountTitle(b.pipeline), "en", { numeric: true })
      );
    case "lag":
      return by(({ status }) => -(status?.lagSeconds ?? Infinity));
    case "run":
      return by(({ status }) => Date.parse(status?.health.lastRun?.startedAt ?? "1970-01-01"));
    case "events":
      return by((one) => -eventsOf(one, nowMs));
  }
}
