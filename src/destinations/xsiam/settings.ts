/** XSIAM's settings. Pure. */
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { httpOrigin } from "../../settings/hosts.ts";
import { choice, parsed, secret } from "../../settings/values.ts";

export const XSIAM_SETTINGS = {
  XSIAM_URL: v.optional(parsed(xsiamOrigin)),
  XSIAM_API_KEY: v.optional(secret),
  XSIAM_AUTH_ID: v.optional(secret),
  XSIAM_COMPRESSION: v.optional(choice(["gzip", "none"]), "gzip"),
  XSIAM_FORMAT: v.optional(choice(FORMATS), "native"),
};

/**
 * The origin of XSIAM. The HTTP log collector's full URL, as XSIAM shows it, is accepted too.
 * @throws {Error} whose message goes behind the setting's name
 */
export function xsiamOrigin(value: string): string {
  return httpOrigin(value.replace(/\/logs\/v1\/event\/?$/, ""));
}
