/** Any webhook, signed as the Standard Webhooks project specifies, as a destination. */
import { createHash } from "node:crypto";
import type { DestinationKind } from "../kind.ts";
import { ID, LABEL, Webhook } from "./push.ts";
import { WEBHOOK_SETTINGS } from "./settings.ts";

export const webhook: DestinationKind<typeof WEBHOOK_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "a webhook",
  settings: WEBHOOK_SETTINGS,
  needed: { WEBHOOK_URL: "URL of the webhook" },
  urls: ["WEBHOOK_URL"],
  secrets: ["WEBHOOK_URL", "WEBHOOK_SECRET", "WEBHOOK_HEADERS"],
  generatedSecrets: ["WEBHOOK_SECRET"],
  advice: {
    destination_unauthorized: {
      title: "The webhook's receiver refused the signature or a key",
      action: "Check WEBHOOK_SECRET, WEBHOOK_HEADERS and any key that is part of WEBHOOK_URL.",
    },
    destination_not_found: {
      title: "There is no receiver at the webhook's URL",
      action:
        "Check WEBHOOK_URL. If the receiver was removed, create a new one, or leave WEBHOOK_URL empty.",
    },
    destination_refuses_everything: {
      title: "The webhook's receiver refuses the events",
      action:
        "Check WEBHOOK_BODY and WEBHOOK_FORMAT, and WEBHOOK_HEADERS: some receivers answer 400 " +
        "to a wrong key. Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: [],
  connectionCheck: {
    check: null,
    because:
      "A webhook has no call but the one that delivers, and even a request without events may trigger " +
      "what the receiver does with events.",
  },

  identity: ({ WEBHOOK_URL }) => WEBHOOK_URL === undefined ? null : identityOf(WEBHOOK_URL),

  open(settings, tools) {
    const { WEBHOOK_URL: url } = settings;
    if (url === undefined) return null;
    return new Webhook({
      url,
      keys: settings.WEBHOOK_SECRET ?? [],
      headers: settings.WEBHOOK_HEADERS ?? {},
      body: settings.WEBHOOK_BODY,
      format: settings.WEBHOOK_FORMAT,
    }, tools);
  },
};

/** The host, and 32 bits of the URL's hash, which distinguish URLs of one host without showing them. */
function identityOf(url: string): string {
  const hash = createHash("sha256").update(url).digest("hex");
  return `${new URL(url).host}#${hash.slice(0, 8)}`;
}
