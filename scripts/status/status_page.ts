/** The status of a collector as a page, and of several as a table. Pure. */
import { count, dayAndTime, lengthAtMost, number, took } from "../../src/format.ts";
import type { Status } from "../../src/collector/collector.ts";
import { needsAttention } from "../../src/collector/health/attention.ts";
import { keptEvents, missingInWords, totalInWords } from "../../src/collector/health/missing.ts";
import type { State } from "../../src/collector/health/verdict.ts";
import { type BackfillState, eventsOf, type RunReport } from "../../src/collector/health/report.ts";
import { isProblem, type PipelineStatus } from "../target/target.ts";
import { backfillFraction } from "../cli/backfill_progress.ts";
import type { Colours } from "../cli/colours.ts";
import { problemText } from "../cli/failure.ts";
import { drawTable, fitColumns, type TableColumn } from "../cli/table.ts";

export function statusPage(status: Status, colours: Colours): string {
  const { health, state, because, backfill } = status;
  const { totals, lastRun, lastDelivery } = health;
  const rows: [string, string][] = [
    ["State", `${stateWord(state, colours)}  ${because}`],
    ["Lag", lag(status.lagSeconds)],
    ["Last run", lastRun === null ? "none" : runWords(lastRun)],
    [
      "Last delivery",
      lastDelivery === null
        ? "none"
        : `${dayAndTime(lastDelivery.at)}, ${count(lastDelivery.events, "event")}`,
    ],
    [
      "In all",
      `${count(totals.runs, "run")} (${number(totals.failedRuns)} failed), ` +
      `${count(totals.delivered + totals.reconciled + totals.backfilled, "event")} delivered ` +
      `(${number(totals.lateArrivals)} late, ${number(totals.twins)} twins, ` +
      `${number(totals.reconciled)} reconciled, ${number(totals.backfilled)} backfilled)`,
    ],
    ["Undelivered", undelivered(status, colours)],
    ["Backfill", backfill === null ? "none" : backfillWords(backfill)],
  ];
  const missing = lastRun?.missingFields ?? [];
  if (missing.length > 0) rows.push(["Missing fields", colours.yellow(missing.join(", "))]);
  const title = `Account ${accountTitle(status)}, to ${status.destination ?? "no destination"}`;
  const lines = rows.map(([name, text]) => `  ${name.padEnd(15)}${text}`);
  const problem = lastRun?.problem === undefined ? [] : ["", problemText(lastRun.problem)];
  return [colours.bold(title), ...lines, ...problem].join("\n");
}

function accountTitle({ account, accountName }: Status): string {
  return accountName === null ? account : `${accountName} (${account})`;
}

const ACCOUNT: TableColumn = { title: "Account", width: 20, whole: true };
const DESTINATION: TableColumn = { title: "Destination", width: 13, whole: true };
const COLUMNS: readonly TableColumn[] = [
  { title: "State", width: 12, whole: true },
  { title: "Lag", width: 12 },
  { title: "Last run", width: 16 },
  { title: "Delivered", width: 12, align: "right" },
  { title: "Undelivered", width: 18, align: "right", whole: true },
  { title: "Backfill", width: 9, align: "right" },
  { title: "Problem", width: 60 },
];

/** Accounts that need attention come first, and are marked by more than colour. */
export function statusTable(
  statuses: readonly PipelineStatus[],
  width: number,
  colours: Colours,
): string {
  const ordered = [...statuses].sort((a, b) => urgency(b) - urgency(a));
  const isSplit = new Set(statuses.map(({ account }) => account)).size < statuses.length;
  const columns = isSplit ? [ACCOUNT, DESTINATION, ...COLUMNS] : [ACCOUNT, ...COLUMNS];
  const rows = ordered.map((status) => {
    const names = [status.account, ...(isSplit ? [status.kind ?? "none"] : [])];
    if (isProblem(status)) {
      return [...names, "broken", "", "", "", "", "", status.problem.detail];
    }
    const { health, backfill } = status;
    return [
      ...names,
      status.state,
      lag(status.lagSeconds),
      health.lastRun === null ? "none" : dayAndTime(health.lastRun.startedAt),
      number(health.totals.delivered + health.totals.reconciled + health.totals.backfilled),
      totalInWords(status.undelivered, health.gaps),
      backfill === null ? "" : `${Math.floor(backfillFraction(backfill) * 100)}%`,
      health.lastRun?.problem?.title ?? "",
    ];
  });
  const table = drawTable(fitColumns(columns, rows, width), rows, colours);
  const broken = ordered.filter((status) => urgency(status) > 0).length;
  const colour = ordered.every((one) => urgency(one) < URGENT) ? colours.yellow : colours.red;
  const told = broken === 0 ? colours.green("All is well.") : colour(
    `${count(broken, isSplit ? "pipeline" : "account")} of ${number(statuses.length)} ` +
      `${broken === 1 ? "needs" : "need"} attention.`,
  );
  return `${table}\n\n${told}`;
}

/** From here on, it is more than incomplete. */
const URGENT = 2;

function urgency(status: PipelineStatus): number {
  if (isProblem(status)) return 4;
  if (status.alarming) return 3;
  if (status.state === "failing") return URGENT;
  return needsAttention(status) ? 1 : 0;
}

function stateWord(state: State, colours: Colours): string {
  const colour = {
    healthy: colours.green,
    incomplete: colours.yellow,
    behind: colours.yellow,
    failing: colours.red,
    waiting: colours.yellow,
    disabled: colours.dim,
  }[state];
  return colour(`● ${state}`);
}

function lag(seconds: number | null): string {
  if (seconds === null) return "not known";
  return seconds < 120 ? count(seconds, "second") : lengthAtMost(seconds);
}

function runWords(run: RunReport): string {
  const { startedAt, outcome, durationMs, refused, trigger } = run;
  const others = refused === 0 ? "" : `, ${number(refused)} not accepted,`;
  return `${dayAndTime(startedAt)}, ${outcome}, ${count(eventsOf(run), "event")}${others} ` +
    `in ${took(durationMs)}, by ${trigger}`;
}

function backfillWords(backfill: BackfillState): string {
  const { from, to, delivered, refused, completedAt, reached } = backfill;
  const range = `${dayAndTime(from)} to ${dayAndTime(to)}`;
  const where = completedAt === null
    ? `${Math.floor(backfillFraction(backfill) * 100)}%, reached ${dayAndTime(reached)}`
    : `complete since ${dayAndTime(completedAt)}`;
  const others = refused === 0 ? "0 not accepted" : `${number(refused)} not accepted at first`;
  return `${range}: ${where}, ${count(delivered, "event")} delivered, ${others}`;
}

function undelivered({ undelivered: missing, health }: Status, colours: Colours): string {
  if (missing.total === 0) return "none known";
  const where = keptEvents(missing) > 0 ? "; see deno task dead-letters" : "";
  const kinds = missingInWords(missing, health.gaps).join(", ");
  return colours.yellow(`${totalInWords(missing, health.gaps)}: ${kinds}${where}`);
}
