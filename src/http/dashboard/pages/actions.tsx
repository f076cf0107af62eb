/** Actions: first the form that asks for confirmation, then the action itself. */
import { ACTIONS } from "../actions.ts";
import { ConfirmForm } from "../confirm.tsx";
import { leaveNotice } from "../notice.ts";
import { configuredToken, type PageContext, readForm } from "../page_context.ts";
import { NO_ACCOUNT, NO_PAGE } from "../page_problems.ts";
import { showPage, showProblem } from "../render.tsx";

export function confirmPage(c: PageContext) {
  const action = ACTIONS.get(c.req.param("action")!);
  const { ids } = c.var.connect();
  const account = c.req.query("account") ?? ids[0];
  if (action === undefined) return showProblem(c, NO_PAGE);
  if (!ids.includes(account)) return showProblem(c, NO_ACCOUNT);
  return showPage(
    c,
    { title: `${action.name}?` },
    <ConfirmForm action={action} account={account} viewer={c.var.viewer} />,
  );
}

/** Leaves a notice of the outcome and leads back to the account. */
export async function performAction(c: PageContext) {
  const action = ACTIONS.get(c.req.param("action")!);
  const { ids, of } = c.var.connect();
  const account = String((await readForm(c)).account);
  if (action === undefined) return showProblem(c, NO_PAGE);
  if (!ids.includes(account)) return showProblem(c, NO_ACCOUNT);
  leaveNotice(c, configuredToken(c), c.var.viewer, await action.perform(of(account)));
  return c.redirect(ids.length > 1 ? `/?account=${encodeURIComponent(account)}` : "/", 303);
}
