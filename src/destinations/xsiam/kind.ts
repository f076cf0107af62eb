/** Cortex XSIAM's HTTP log collector, as a destination: all that the core knows about it. */
import type { DestinationKind } from "../kind.ts";
import { ID, LABEL, Xsiam } from "./push.ts";
import { XSIAM_SETTINGS } from "./settings.ts";

export const xsiam: DestinationKind<typeof XSIAM_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "Cortex XSIAM",
  settings: XSIAM_SETTINGS,
  needed: {
    XSIAM_URL: "URL of XSIAM's HTTP log collector",
    XSIAM_API_KEY: "API key of XSIAM's HTTP log collector",
  },
  urls: ["XSIAM_URL"],
  secrets: ["XSIAM_API_KEY", "XSIAM_AUTH_ID"],
  generatedSecrets: ["XSIAM_API_KEY"],
  advice: {
    destination_unauthorized: {
      title: "XSIAM refused the API key",
      action: "Check XSIAM_API_KEY and XSIAM_AUTH_ID, and that the HTTP log collector is enabled.",
    },
    destination_not_found: {
      title: "There is no HTTP log collector at XSIAM_URL",
      action: "Check XSIAM_URL: it is https://api-<your tenant>, without a path.",
    },
    destination_refuses_everything: {
      title: "XSIAM refuses the events",
      action:
        "Check that XSIAM_COMPRESSION and the JSON format match the HTTP log collector's settings. " +
        "Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: ["*.paloaltonetworks.com"],
  connectionCheck: {
    check: null,
    because: "XSIAM documents no call for the HTTP log collector but the one that stores events.",
  },

  identity: ({ XSIAM_URL }) => XSIAM_URL === undefined ? null : new URL(XSIAM_URL).host,

  open(settings, { upstream }) {
    const { XSIAM_URL, XSIAM_API_KEY } = settings;
    if (XSIAM_URL === undefined || XSIAM_API_KEY === undefined) return null;
    return new Xsiam({
      origin: XSIAM_URL,
      apiKey: XSIAM_API_KEY,
      authId: settings.XSIAM_AUTH_ID,
      compression: settings.XSIAM_COMPRESSION,
      format: settings.XSIAM_FORMAT,
    }, upstream);
  },
};
