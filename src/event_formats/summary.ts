/** A change in one sentence, for people. Pure. */
import type { AuditEvent } from "../sources/liveperson/event.ts";
import { plainText } from "./plain_text.ts";

const VERBS: ReadonlyMap<string | null, string> = new Map([
  ["CREATE", "Created"],
  ["UPDATE", "Updated"],
  ["DELETE", "Deleted"],
]);

/** A longer text is left out of the sentence; it is still in its field. */
const MAX_LENGTH = 100;

/** Such as `Updated user "Anna Berg" (Max chats), by Grace Hopper.` */
export function summaryOf(event: AuditEvent): string {
  const name = shortText(event.objectName);
  const element = shortText(event.element);
  const who = shortText(event.changedBy);
  return [
    VERBS.get(event.changeType) ?? "Changed",
    ` ${shortText(event.objectType)?.toLowerCase().replaceAll("_", " ") ?? "object"}`,
    name === undefined ? "" : ` "${name}"`,
    element === undefined ? "" : ` (${element})`,
    who === undefined ? "" : `, by ${who}`,
    ".",
  ].join("");
}

function shortText(value: unknown): string | undefined {
  const text = plainText(value);
  return text !== undefined && text.length <= MAX_LENGTH ? text : undefined;
}
