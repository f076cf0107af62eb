/** The settings of Splunk's HTTP Event Collector. Pure. */
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { httpUrl } from "../../settings/hosts.ts";
import { choice, parsed, secret, text } from "../../settings/values.ts";

export const HEC_SETTINGS = {
  HEC_URL: v.optional(parsed(eventUrl)),
  HEC_TOKEN: v.optional(secret),
  HEC_AUTH_SCHEME: v.optional(choice(["Splunk", "Bearer"]), "Splunk"),
  HEC_INDEX: v.optional(text),
  HEC_SOURCE: v.optional(text, "liveperson"),
  HEC_SOURCETYPE: v.optional(text, "liveperson:audit"),
  HEC_HOST: v.optional(text),
  HEC_FORMAT: v.optional(choice(FORMATS), "native"),
};

const COLLECTOR = "/services/collector";

/** Splunk's own paths of the endpoint for events in JSON. */
const SPLUNK_PATH = new RegExp(`${COLLECTOR}(/event)?(/1\\.0)?$`);

/**
 * Where events are sent: the URL as it is given if it has a path, else Splunk's endpoint there.
 * @throws {Error} whose message goes behind the setting's name
 */
export function eventUrl(value: string): string {
  const url = httpUrl(value);
  const { pathname } = new URL(url);
  if (pathname === "/") return `${url}${COLLECTOR}/event`;
  if (/\/raw(\/1\.0)?$/.test(pathname)) {
    throw new Error("must not be the endpoint for raw text, but the one for events in JSON");
  }
  return url;
}

/** Where to ask for its health, given the URL that events are sent to. */
export function healthUrl(eventUrl: string): string {
  const { origin, pathname } = new URL(eventUrl);
  const base = SPLUNK_PATH.test(pathname) ? pathname.replace(SPLUNK_PATH, "") : "";
  return `${origin}${base}${COLLECTOR}/health`;
}

/** What distinguishes it from others: its host, a path that is not Splunk's, and the index. */
export function identityOf(eventUrl: string, index: string | undefined): string {
  const { host, pathname } = new URL(eventUrl);
  const path = pathname.replace(SPLUNK_PATH, "");
  return `${host}${path}${index === undefined ? "" : `#${index}`}`;
}
