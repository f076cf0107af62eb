/** Splunk's HTTP Event Collector, and others that speak its protocol, as a destination. */
import type * as v from "valibot";
import type { DestinationKind } from "../kind.ts";
import { ID, LABEL } from "./answer.ts";
import { checkHec } from "./check.ts";
import { type Access, channelOf, Hec } from "./push.ts";
import { HEC_SETTINGS, identityOf } from "./settings.ts";

type Settings = v.InferOutput<v.ObjectSchema<typeof HEC_SETTINGS, undefined>>;

export const hec: DestinationKind<typeof HEC_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "Splunk HTTP Event Collector",
  settings: HEC_SETTINGS,
  needed: {
    HEC_URL: "URL of the HTTP Event Collector",
    HEC_TOKEN: "Token of the HTTP Event Collector",
  },
  urls: ["HEC_URL"],
  secrets: ["HEC_TOKEN"],
  generatedSecrets: ["HEC_TOKEN"],
  advice: {
    destination_unauthorized: {
      title: "Splunk HEC refused the token",
      action: "Check HEC_TOKEN and HEC_AUTH_SCHEME, and that the token is enabled.",
    },
    destination_not_found: {
      title: "There is no HTTP Event Collector at HEC_URL",
      action:
        "Check HEC_URL: /services/collector/event is added to it unless it already has a path.",
    },
    destination_refuses_everything: {
      title: "Splunk HEC refuses the events",
      action: "Check that HEC_URL is an endpoint for events in JSON. " +
        "Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: [
    "*.splunkcloud.com",
    "*.crowdstrike.com",
    "*.humio.com",
    "*.cribl.cloud",
    "*.axiom.co",
  ],
  connectionCheck: {
    async check(settings, { account, upstream }) {
      const access = accessOf(settings, account);
      if (access !== null) return await checkHec(access, upstream);
    },
  },

  identity: ({ HEC_URL, HEC_INDEX }) =>
    HEC_URL === undefined ? null : identityOf(HEC_URL, HEC_INDEX),

  open(settings, { account, upstream }) {
    const access = accessOf(settings, account);
    if (access === null) return null;
    return new Hec(settings.HEC_FORMAT, access, {
      host: settings.HEC_HOST,
      source: settings.HEC_SOURCE,
      sourcetype: settings.HEC_SOURCETYPE,
      index: settings.HEC_INDEX,
    }, upstream);
  },
};

function accessOf(
  { HEC_URL, HEC_TOKEN, HEC_INDEX, HEC_AUTH_SCHEME }: Settings,
  account: string,
): Access | null {
  if (HEC_URL === undefined || HEC_TOKEN === undefined) return null;
  const channel = channelOf(account, identityOf(HEC_URL, HEC_INDEX));
  return { url: HEC_URL, token: HEC_TOKEN, scheme: HEC_AUTH_SCHEME, channel };
}
