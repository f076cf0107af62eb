/** LivePerson's settings: how an account is reached, and which part of its audit trail is read. Pure. */
import * as v from "valibot";
import { httpOrigin } from "../../settings/hosts.ts";
import { boolean, choice, parsed, required, text } from "../../settings/values.ts";
import { authServerOrigin, furtherHosts } from "./hosts.ts";

export const LIVEPERSON_SETTINGS = {
  LIVEPERSON_ACCOUNT_ID: v.pipe(
    required,
    v.regex(/^[a-zA-Z0-9_]{1,20}$/, "must be 1 to 20 letters, digits or underscores"),
  ),
  LIVEPERSON_ACCOUNT_NAME: v.optional(
    v.pipe(text, v.maxLength(60, "must have at most 60 characters")),
  ),
  LIVEPERSON_CLIENT_ID: required,
  LIVEPERSON_CLIENT_SECRET: required,
  LIVEPERSON_AUTH_SERVER_URL: v.optional(parsed(authServerOrigin)),
  LIVEPERSON_DOMAIN_API_URL: v.optional(parsed(httpOrigin), "https://api.liveperson.net"),
  LIVEPERSON_FURTHER_HOSTS: v.optional(parsed(furtherHosts)),
  LIVEPERSON_AUDIT_API: v.optional(choice(["auto", "graphql", "rest"]), "auto"),
  INCLUDE_LPA_CHANGES: v.optional(boolean, "true"),
  INCLUDE_AUTOMATIC_UPDATES: v.optional(boolean, "false"),
};

export type LivePersonSettings = v.InferOutput<
  v.ObjectSchema<typeof LIVEPERSON_SETTINGS, undefined>
>;

/** Which of them say where secrets are sent. */
export const LIVEPERSON_URLS = ["LIVEPERSON_AUTH_SERVER_URL", "LIVEPERSON_DOMAIN_API_URL"];

/** Which of them must never be shown. */
export const LIVEPERSON_SECRETS = ["LIVEPERSON_CLIENT_SECRET"];
