/** What a script talks to: the collectors in this process, with their state, or a deployed Worker. */
import type { BackfillRange } from "../../src/collector/runs/backfill.ts";
import type { Status } from "../../src/collector/collector.ts";
import { chooseAccount } from "../../src/collector/fleet.ts";
import type { FoundEvents, GetEventsArguments } from "../../src/collector/runs/read_events.ts";
import type { BackfillState, RunReport } from "../../src/collector/health/report.ts";
import type { Problem } from "../../src/problems.ts";
import { usageError } from "../cli/failure.ts";

export type AccountStatus = Status | { readonly account: string; readonly problem: Problem };

/** What can be asked there. Every failure is thrown, except a failed run: that has a report. */
export interface Target extends AsyncDisposable {
  /** For people: a path, or a URL. */
  readonly name: string;
  /** True if a backfill continues by itself. */
  readonly advancesAlone: boolean;
  /** The accounts that are collected. */
  ids(): Promise<readonly string[]>;
  /** Of one account, or of all. */
  status(id?: string): Promise<readonly AccountStatus[]>;
  collect(id: string): Promise<RunReport>;
  getEvents(id: string, args: GetEventsArguments): Promise<FoundEvents>;
  startBackfill(id: string, range: BackfillRange): Promise<BackfillState>;
  /** Does one part of the backfill; null when there is nothing to do. */
  advanceBackfill(id: string): Promise<BackfillState | null>;
  cancelBackfill(id: string): Promise<void>;
}

/** The named account, or all of them. @throws {CollectorError} `arguments_invalid` */
export async function chosenAccounts(
  target: Pick<Target, "ids">,
  named: string | undefined,
): Promise<readonly string[]> {
  const ids = await target.ids();
  return named === undefined ? ids : [chooseAccount(ids, named)];
}

/** The one account that is meant. @throws {CollectorError} `arguments_invalid` */
export async function chosenAccount(
  target: Pick<Target, "ids">,
  named: string | undefined,
): Promise<string> {
  const ids = await target.ids();
  if (named !== undefined || ids.length === 1) return chooseAccount(ids, named);
  const known = ids.length > 10 ? `${ids.slice(0, 10).join(", ")}, …` : ids.join(", ");
  throw usageError(
    `There are ${ids.length} accounts: name one with --account. The accounts are: ${known}.`,
  );
}

/** True if there is a problem instead of a status. */
export function isProblem(
  status: AccountStatus,
): status is Extract<AccountStatus, { problem: Problem }> {
  return "problem" in status;
}
