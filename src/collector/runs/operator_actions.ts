/**
 * Delivers what people did with the collector as events, after what is collected. Each has its own id,
 * which it keeps however often it is sent. Refusals are logged; the log has the action as well.
 */
import { Batch } from "../../engine/batch.ts";
import type { Line, PushAnswer } from "../../engine/ports.ts";
import type { OpenDestination } from "../../destinations/kind.ts";
import { oldestWaiting, type Waiting } from "../records/operator_queue.ts";
import type { Connections } from "./connections.ts";
import type { RunContext } from "./context.ts";
import { toLine } from "./event_line.ts";
import { toOperatorEvent } from "./operator_event.ts";

/** The most at once: if all of them must be sent alone, a run has enough requests for it. */
const AT_ONCE = 20;

interface Sent extends Waiting {
  readonly line: Line;
}

/** @throws {CollectorError} when the destination can't be reached, or its settings are wrong */
export async function deliverOperatorActions(
  { settings, platform }: Pick<RunContext, "settings" | "platform">,
  connections: Connections,
  runId: string,
): Promise<void> {
  if (!settings.DELIVER_OPERATOR_ACTIONS || !connections.hasBudget()) return;
  const { local, log, now } = platform;
  const waiting = await oldestWaiting(local, AT_ONCE);
  if (waiting.length === 0) return;
  const destination = connections.destination();
  const lines = waiting.map(({ key, action }) => {
    const event = toOperatorEvent(action, settings.LIVEPERSON_ACCOUNT_ID);
    return { key, action, line: toLine(event, 1, destination, now()) };
  });
  const sent = together(lines, destination);
  const answers = await pushed(destination, sent, connections);
  let delivered = 0;
  for (const { one, refusal } of answers) {
    if (refusal === null) delivered++;
    else {
      const { requestId } = one.action;
      log({ level: "error", event: "operator_action_refused", runId, requestId, ...refusal });
    }
    await local.delete(one.key);
  }
  if (delivered > 0) log({ level: "info", event: "operator_actions_delivered", runId, delivered });
}

/** The first ones, as many as the destination takes in one push. */
function together(lines: readonly Sent[], { limits }: OpenDestination): readonly Sent[] {
  const batch = new Batch<Line>(limits);
  const end = lines.findIndex(({ line }) => {
    if (batch.full || !batch.takes(line)) return true;
    batch.add(line);
    return false;
  });
  return end === -1 ? lines : lines.slice(0, end);
}

interface Answered {
  readonly one: Sent;
  /** Null if it was delivered. */
  readonly refusal: { readonly status: number; readonly reason: string } | null;
}

/**
 * Those that were dealt with; the others are sent again. A batch that is refused as a whole is sent one by
 * one.
 */
async function pushed(
  destination: OpenDestination,
  sent: readonly Sent[],
  connections: Connections,
): Promise<readonly Answered[]> {
  const answer = await destination.push(sent.map(({ line }) => line), { probing: false });
  if (!("refusedWhole" in answer)) return answered(sent, answer);
  if (sent.length === 1) return [{ one: sent[0], refusal: answer.refusedWhole }];
  const all: Answered[] = [];
  for (const one of sent) {
    if (!connections.hasBudget("pushing")) break;
    all.push(...await pushed(destination, [one], connections));
  }
  return all;
}

function answered(
  sent: readonly Sent[],
  { refused, again, unread = [] }: Exclude<PushAnswer, { refusedWhole: unknown }>,
): readonly Answered[] {
  const open = new Set([...again, ...unread]);
  const refusals = new Map(refused.map(({ index, status, reason }) => [index, { status, reason }]));
  return sent.map((one, index) => ({ one, refusal: refusals.get(index) ?? null }))
    .filter((_, index) => !open.has(index));
}
