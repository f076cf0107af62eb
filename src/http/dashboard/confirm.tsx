/** The confirmation between a button and its action. */
import type { Action } from "./actions.ts";
import { FormToken } from "./layout.tsx";
import type { Viewer } from "../auth/viewer.ts";

interface ConfirmProps {
  readonly action: Action;
  readonly account: string;
  readonly viewer: Viewer;
}

export function ConfirmForm({ action, account, viewer }: ConfirmProps) {
  return (
    <form class="card narrow" method="post">
      <h1 class="title">{action.name}?</h1>
      <p>
        For account <strong>{account}</strong>.
      </p>
      <p>{action.explanation}</p>
      <FormToken viewer={viewer} />
      <input type="hidden" name="account" value={account} />
      <div class="actions">
        <button class="button" type="submit">{action.confirm}</button>
        <a class="button second" href={`/?account=${encodeURIComponent(account)}`}>Cancel</a>
      </div>
    </form>
  );
}
