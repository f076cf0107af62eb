/** The settings of Azure Monitor's Logs Ingestion API, through which Microsoft Sentinel is reached. Pure. */
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { httpOrigin } from "../../settings/hosts.ts";
import { choice, parsed, secret, text } from "../../settings/values.ts";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const SENTINEL_SETTINGS = {
  AZURE_MONITOR_ENDPOINT: v.optional(parsed(httpOrigin)),
  AZURE_MONITOR_RULE_ID: v.optional(
    v.pipe(
      text,
      v.toLowerCase(),
      v.regex(
        /^dcr-[0-9a-f]{32}$/,
        "must be the rule's immutable id: dcr- and 32 hexadecimal digits",
      ),
    ),
  ),
  AZURE_MONITOR_STREAM: v.optional(
    v.pipe(text, v.regex(/^Custom-[\w-]+$/, "must begin with Custom-, as in the rule")),
    "Custom-LivePersonAudit",
  ),
  AZURE_MONITOR_TENANT_ID: v.optional(
    v.pipe(text, v.regex(/^[\w-]+(\.[\w-]+)*$/, "must be the tenant's id or domain")),
  ),
  AZURE_MONITOR_CLIENT_ID: v.optional(
    v.pipe(text, v.regex(GUID, "must be the application's (client) id, as in Microsoft Entra ID")),
  ),
  AZURE_MONITOR_CLIENT_SECRET: v.optional(secret),
  AZURE_MONITOR_LOGIN_URL: v.optional(parsed(httpOrigin), "https://login.microsoftonline.com"),
  AZURE_MONITOR_FORMAT: v.optional(choice(FORMATS), "native"),
};

/**
 * The scope of the token, which depends on the cloud: the endpoint shows which one it is.
 * Source: Microsoft, "Logs Ingestion API in Azure Monitor", the audiences of public Azure, Azure Government
 * and Azure operated by 21Vianet.
 */
export function tokenScope(endpoint: string): string {
  const cloud = /\.monitor\.azure\.(us|cn)$/.exec(new URL(endpoint).hostname)?.[1] ?? "com";
  return `https://monitor.azure.${cloud}/.default`;
}
