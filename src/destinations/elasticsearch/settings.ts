/** Elasticsearch's settings. Pure. */
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { httpUrl } from "../../settings/hosts.ts";
import { incomplete } from "../../settings/read.ts";
import { choice, parsed, required, secret, text } from "../../settings/values.ts";

export const ELASTICSEARCH_SETTINGS = {
  ELASTICSEARCH_URL: v.optional(parsed(httpUrl)),
  ELASTICSEARCH_API_KEY: v.optional(secret),
  ELASTICSEARCH_USERNAME: v.optional(text),
  ELASTICSEARCH_PASSWORD: v.optional(required),
  ELASTICSEARCH_INDEX: v.optional(parsed(indexName), "logs-liveperson.audit-default"),
  ELASTICSEARCH_COMPRESSION: v.optional(choice(["gzip", "none"]), "gzip"),
  ELASTICSEARCH_FORMAT: v.optional(choice(FORMATS), "ecs"),
};

const KEY = "ELASTICSEARCH_API_KEY";
const PASSWORD = ["ELASTICSEARCH_USERNAME", "ELASTICSEARCH_PASSWORD"];

/** Exactly one kind of credentials is required, and the URL that they belong to. */
export function contradictions(given: Readonly<Record<string, unknown>>): readonly string[] {
  const [oneOfTwo] = PASSWORD.filter((name) => name in given);
  if (!("ELASTICSEARCH_URL" in given)) {
    const credential = KEY in given ? KEY : oneOfTwo;
    return credential === undefined ? [] : incomplete(["ELASTICSEARCH_URL", credential], given);
  }
  if (!(KEY in given) && oneOfTwo === undefined) {
    return [`${KEY} is not set, nor are ${PASSWORD.join(" and ")}`];
  }
  if (KEY in given && oneOfTwo !== undefined) {
    return [`${KEY} and ${oneOfTwo} are both set: give an API key, or a user and a password`];
  }
  return incomplete(PASSWORD, given);
}

/**
 * The name of one index, alias or data stream.
 * Source: Elastic, "Create an index": what a name may hold.
 * @throws {Error} whose message goes behind the setting's name
 */
export function indexName(value: string): string {
  if (/^[a-z0-9.][a-z0-9._+@-]{0,254}$/.test(value) && !/^\.+$/.test(value)) return value;
  throw new Error(
    "must be the name of one index or data stream: lower-case letters, digits, dots and dashes",
  );
}

/** The header with the credentials. An API key is also accepted as `id:key`, not yet encoded. */
export function authorization(
  settings: {
    readonly [KEY]?: string | undefined;
    readonly ELASTICSEARCH_USERNAME?: string | undefined;
    readonly ELASTICSEARCH_PASSWORD?: string | undefined;
  },
): string {
  const { ELASTICSEARCH_API_KEY: key } = settings;
  if (key !== undefined) return `ApiKey ${key.includes(":") ? base64(key) : key}`;
  const { ELASTICSEARCH_USERNAME: user = "", ELASTICSEARCH_PASSWORD: password = "" } = settings;
  return `Basic ${base64(`${user}:${password}`)}`;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
