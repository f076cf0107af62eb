/** What an action is, and how a problem that stopped one is shown. Pure. */
import type { Collectors } from "../../collector/fleet.ts";
import type { Pipeline } from "../../pipelines/pipeline.ts";
import type { Problem } from "../../problems.ts";
import type { Notice } from "./notice.ts";
import { titleWithService } from "./service_title.ts";

export interface Action {
  readonly name: string;
  /** Under which name the record of what was done has it: that of its route. */
  readonly recordedAs: string;
  /** The label of the button that confirms it. */
  readonly confirm: string;
  /**
   * What will happen, shown before the action is confirmed. `destination`: the destination's name. `form`:
   * the fields that the action will be given.
   */
  readonly explanation: (
    destination: string,
    form: Readonly<Record<string, string>>,
  ) => string;
  /** True if it changes nothing: then nobody is asked to confirm it. */
  readonly isHarmless?: boolean;
  /** True if the account's id must be typed to confirm it. */
  readonly isTyped?: boolean;
  readonly perform: (
    collectors: Collectors,
    pipeline: Pipeline,
    form: Readonly<Record<string, unknown>>,
    nowMs: number,
  ) => Promise<Notice>;
}

export function toldProblem(
  title: string,
  problem: Problem,
  more: readonly string[] = [],
): Notice {
  return {
    ok: false,
    title,
    lines: [
      `${titleWithService(problem.title, problem.upstream?.name)}.`,
      problem.detail,
      `What to do: ${problem.action}`,
      ...more,
    ],
    code: problem.code,
  };
}
