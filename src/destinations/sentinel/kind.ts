/** Microsoft Sentinel, by Azure Monitor's Logs Ingestion API: all that the core knows about it. */
import type * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import type { DestinationKind, DestinationTools } from "../kind.ts";
import { Access } from "./access.ts";
import { ID, LABEL } from "./answer.ts";
import { Sentinel } from "./push.ts";
import { SENTINEL_SETTINGS, tokenScope } from "./settings.ts";

type Settings = v.InferOutput<v.ObjectSchema<typeof SENTINEL_SETTINGS, undefined>>;

export const sentinel: DestinationKind<typeof SENTINEL_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: LABEL,
  settings: SENTINEL_SETTINGS,
  needed: {
    AZURE_MONITOR_ENDPOINT: "logs ingestion endpoint of the data collection rule",
    AZURE_MONITOR_RULE_ID: "immutable id of the data collection rule",
    AZURE_MONITOR_TENANT_ID: "Microsoft Entra tenant",
    AZURE_MONITOR_CLIENT_ID: "client id of the application in Microsoft Entra ID",
    AZURE_MONITOR_CLIENT_SECRET: "client secret of that application",
  },
  urls: ["AZURE_MONITOR_ENDPOINT", "AZURE_MONITOR_LOGIN_URL"],
  secrets: ["AZURE_MONITOR_CLIENT_SECRET"],
  generatedSecrets: ["AZURE_MONITOR_CLIENT_SECRET"],
  advice: {
    destination_unauthorized: {
      title: "Azure refused the application, or the application has no role on the rule",
      action: "Check AZURE_MONITOR_TENANT_ID, AZURE_MONITOR_CLIENT_ID and " +
        "AZURE_MONITOR_CLIENT_SECRET, and that the application has the role Monitoring Metrics " +
        "Publisher on the data collection rule. A new role takes up to 30 minutes to take effect.",
    },
    destination_not_found: {
      title: "There is no such data collection rule or stream",
      action: "Check AZURE_MONITOR_ENDPOINT, AZURE_MONITOR_RULE_ID (the rule's immutable id) and " +
        "AZURE_MONITOR_STREAM (as the rule declares it).",
    },
    destination_refuses_everything: {
      title: "Azure Monitor refuses the events",
      action: "Check that the columns of the stream and of the table are those of " +
        "docs/sentinel/main.bicep. Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: ["*.ingest.monitor.azure.com", "login.microsoftonline.com"],
  connectionCheck: {
    async check(settings, tools) {
      const answer = await connect(settings, tools)?.push([]);
      if (answer === undefined || !("refusedWhole" in answer)) return;
      const { status, reason } = answer.refusedWhole;
      throw new CollectorError("destination_refuses_everything", {
        detail: `${LABEL} answered ${status} to an empty list of events: ${reason}.`,
        upstream: { name: ID, status },
      });
    },
  },

  // a rule's id is unique in all of Azure, whichever endpoint it is reached through
  identity: ({ AZURE_MONITOR_RULE_ID, AZURE_MONITOR_STREAM }) =>
    AZURE_MONITOR_RULE_ID === undefined ? null : `${AZURE_MONITOR_RULE_ID}/${AZURE_MONITOR_STREAM}`,

  open: connect,
};

/** Null when it is not configured. */
function connect(settings: Settings, { upstream, now, vault }: DestinationTools): Sentinel | null {
  const {
    AZURE_MONITOR_ENDPOINT: endpoint,
    AZURE_MONITOR_RULE_ID: ruleId,
    AZURE_MONITOR_TENANT_ID: tenantId,
    AZURE_MONITOR_CLIENT_ID: clientId,
    AZURE_MONITOR_CLIENT_SECRET: clientSecret,
    AZURE_MONITOR_LOGIN_URL: loginOrigin,
  } = settings;
  if (endpoint === undefined || ruleId === undefined || tenantId === undefined) return null;
  if (clientId === undefined || clientSecret === undefined) return null;
  const scope = tokenScope(endpoint);
  const binding = [loginOrigin, tenantId, clientId, scope].join(" ");
  const access = new Access(
    { loginOrigin, tenantId, clientId, clientSecret, scope },
    upstream,
    vault(clientSecret, binding),
    now,
  );
  const { AZURE_MONITOR_STREAM: stream, AZURE_MONITOR_FORMAT: format } = settings;
  return new Sentinel({ endpoint, ruleId, stream, format }, upstream, access);
}
