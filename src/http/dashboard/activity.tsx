/** Who did what: the last actions, including those that were refused; and a button that ends all sessions. */
import { count, moment } from "../../format.ts";
import type { Actor, OperatorAction } from "../../operators/action.ts";
import { printable } from "../../printable.ts";
import type { Viewer } from "../../operators/viewer.ts";
import { FormToken } from "./layout.tsx";

interface ActivityProps {
  /** Newest first. */
  readonly actions: readonly OperatorAction[];
  readonly viewer: Viewer;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

export function ActivityPage({ actions, viewer, nowMs }: ActivityProps) {
  return (
    <>
      <section class="card" aria-labelledby="activity">
        <h1 id="activity" class="title">Activity</h1>
        <p class="quiet">
          The last {count(actions.length, "action")}{" "}
          that changed something or read events, newest first. The log has all of them, as{" "}
          <code>operator_action</code>.
        </p>
        {actions.length > 0 && <Actions actions={actions} nowMs={nowMs} />}
      </section>
      {viewer.rights.act && (
        <form class="card" method="post" action="/sign-out-everywhere">
          <h2>Sessions</h2>
          <p>
            Ends every session that was started with a token, on all devices. That includes this one
            if it was.
          </p>
          <FormToken viewer={viewer} />
          <p>
            <button class="button second" type="submit">Sign out everywhere</button>
          </p>
        </form>
      )}
    </>
  );
}

const COLUMNS = ["When", "Who", "What", "Account", "Outcome", "From"];

function Actions({ actions, nowMs }: Omit<ActivityProps, "viewer">) {
  return (
    <table class="stacked inline" role="table">
      <thead role="rowgroup">
        <tr role="row">
          {COLUMNS.map((name) => <th key={name} scope="col" role="columnheader">{name}</th>)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {actions.map((one) => (
          <tr role="row">
            <th scope="row" role="rowheader">{moment(one.at, nowMs)}</th>
            <td role="cell" data-name="Who" class="long">{nameOf(one.actor)}</td>
            <td role="cell" data-name="What">{one.action}</td>
            <td role="cell" data-name="Account" class="long">
              {[one.account ?? "all", one.destination].filter(Boolean).join(", ")}
            </td>
            <td role="cell" data-name="Outcome">{one.outcome}</td>
            <td role="cell" data-name="From" class="long">{one.address}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameOf(actor: Actor | null): string {
  if (actor === null) return "nobody known";
  const { token, session, access } = actor;
  if (access !== undefined) return printable(access);
  return session === undefined ? token! : `${token}, session ${session}`;
}
