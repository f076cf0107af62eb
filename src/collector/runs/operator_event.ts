/** What somebody did with the collector, as an event like those of the audit trail. Pure. */
import type { Actor, OperatorAction } from "../../operators/action.ts";
import type { AuditEvent } from "../../sources/liveperson/event.ts";

/** What distinguishes these events from LivePerson's own. */
export const OBJECT_TYPE = "COLLECTOR";

/** `accountId`: that of the pipeline that delivers it. */
export function toOperatorEvent(action: OperatorAction, accountId: string): AuditEvent {
  const { at, requestId, actor, address, account, destination, outcome, status } = action;
  return {
    changeDate: at,
    accountId,
    objectType: OBJECT_TYPE,
    element: action.action,
    changeType: `OPERATOR_ACTION_${outcome.toUpperCase()}`,
    userId: null,
    changedBy: actor === null ? null : nameOf(actor),
    objectName: [account ?? "all accounts", destination].filter((name) => name !== null).join("/"),
    operatorAction: { requestId, actor, address, account, destination, outcome, status },
    _time: at,
    event_id: `operator-${requestId}`,
  };
}

function nameOf({ token, access }: Actor): string {
  return access ?? `token ${token}`;
}
