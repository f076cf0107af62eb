/** The first page: the state of the only account, or of all accounts. */
import type { Collectors } from "../../../collector/fleet.ts";
import { AccountPage } from "../account.tsx";
import { accountStateOf, STATE_NAMES, worst } from "../account_state.ts";
import { Overview } from "../overview.tsx";
import type { PageContext } from "../page_context.ts";
import { NO_ACCOUNT } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";

const MAX_LISTED_LETTERS = 50;

export async function statusPage(c: PageContext) {
  const collectors = c.var.connect();
  const named = c.req.query("account");
  if (named === undefined && collectors.ids.length > 1) return await showOverview(c, collectors);
  const id = named ?? collectors.ids[0];
  if (!collectors.ids.includes(id)) return showProblem(c, NO_ACCOUNT);
  return await showAccount(c, collectors, id);
}

async function showOverview(c: PageContext, collectors: Collectors) {
  const { nowMs } = c.var;
  const outcomes = await collectors.all("status");
  const accounts = outcomes.map((outcome, i) => accountStateOf(collectors.ids[i], outcome, nowMs));
  return showPage(
    c,
    { title: STATE_NAMES[worst(accounts)], at: "/" },
    <Overview accounts={accounts} nowMs={nowMs} />,
  );
}

async function showAccount(c: PageContext, collectors: Collectors, id: string) {
  const { nowMs } = c.var;
  const collector = collectors.of(id);
  const account = accountStateOf(id, await collector.status(), nowMs);
  const letters = (account.status?.deadLetters ?? 0) > 0
    ? await collector.deadLetters(MAX_LISTED_LETTERS)
    : null;
  return showPage(
    c,
    { title: `${STATE_NAMES[account.state]} · ${id}`, at: "/" },
    <AccountPage
      account={account}
      letters={letters?.ok ? letters.value : null}
      isOneOfMany={collectors.ids.length > 1}
      nowMs={nowMs}
    />,
  );
}
