/** The settings of the webhook. Pure. */
import { Buffer } from "node:buffer";
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { wholeHttpUrl } from "../../settings/hosts.ts";
import { choice, parsed } from "../../settings/values.ts";

export const WEBHOOK_SETTINGS = {
  WEBHOOK_URL: v.optional(parsed(wholeHttpUrl)),
  WEBHOOK_SECRET: v.optional(parsed(readSecrets)),
  WEBHOOK_HEADERS: v.optional(parsed(readHeaders)),
  WEBHOOK_BODY: v.optional(choice(["ndjson", "array"]), "ndjson"),
  WEBHOOK_FORMAT: v.optional(choice(FORMATS), "native"),
};

/** Source: Standard Webhooks, "Signature scheme". */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/**
 * The keys, in base64, of secrets that are separated by spaces: several while one replaces another.
 * @throws {Error} whose message goes behind the setting's name
 */
export function readSecrets(value: string): readonly string[] {
  return value.split(/\s+/).map((secret) => {
    const key = SECRET.exec(secret)?.[1] ?? "";
    const { length } = Buffer.from(key, "base64");
    if (length >= LEAST_BYTES && length <= MOST_BYTES) return key;
    throw new Error(
      `must be whsec_ and ${LEAST_BYTES} to ${MOST_BYTES} bytes in base64, or several of these, ` +
        "separated by spaces",
    );
  });
}

/** Headers that only the collector sets, because they describe what is sent or how. */
const OWN =
  /^(webhook-.*|content-(length|encoding)|host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect)$/;

/** Source: RFC 9110, sections 5.1 and 5.5. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const HEADER_VALUE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Additional headers of each request, by name in lower case.
 * @throws {Error} whose message follows the setting's name, and contains nothing of the value
 */
export function readHeaders(value: string): Readonly<Record<string, string>> {
  const given = jsonObject(value);
  if (given === null) throw new Error("must be a JSON object of names and strings");
  const headers = Object.entries(given).map(([name, text]): [string, string] => {
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(lower)) throw new Error("has a name that no header can have");
    if (OWN.test(lower)) throw new Error("has a header that the collector sets itself");
    if (typeof text !== "string" || !HEADER_VALUE.test(text)) {
      throw new Error("has a value that no header can have");
    }
    return [lower, text];
  });
  const named = Object.fromEntries(headers);
  if (Object.keys(named).length < headers.length) throw new Error("names a header twice");
  return named;
}

function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}
