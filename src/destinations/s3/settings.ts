/** The archive's settings: a bucket by S3's API, or one of Cloudflare's that is bound to the Worker. Pure. */
import * as v from "valibot";
import { FORMATS } from "../../event_formats/index.ts";
import { httpUrl } from "../../settings/hosts.ts";
import { choice, parsed, secret } from "../../settings/values.ts";
import { isR2Bucket, type R2Bucket } from "./r2_bucket.ts";

export const S3_SETTINGS = {
  S3_URL: v.optional(parsed(httpUrl)),
  S3_REGION: v.optional(parsed(regionName)),
  S3_ACCESS_KEY_ID: v.optional(secret),
  S3_SECRET_ACCESS_KEY: v.optional(secret),
  S3_PREFIX: v.optional(parsed(keyPrefix), "liveperson/audit/"),
  S3_FORMAT: v.optional(choice(FORMATS), "native"),
  ARCHIVE: v.optional(
    v.custom<R2Bucket>(isR2Bucket, "must be an R2 bucket that wrangler.toml binds"),
  ),
};

const OF_S3 = ["S3_URL", "S3_REGION", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"];

/** One archive at a time. */
export function contradictions(given: Readonly<Record<string, unknown>>): readonly string[] {
  const [name] = OF_S3.filter((one) => one in given);
  if (!("ARCHIVE" in given) || name === undefined) return [];
  return [`${name} is set, but ARCHIVE is bound: an account has one archive`];
}

/**
 * What keys begin with, as a folder: with a slash at its end, and none at its beginning.
 * Source: AWS, "Naming Amazon S3 objects": a key has at most 1,024 bytes.
 * @throws {Error} whose message goes behind the setting's name
 */
export function keyPrefix(value: string): string {
  const folders = value.split("/").filter((folder) => folder !== "");
  // in a URL these would be taken for other folders
  const isOdd = folders.some((folder) => /^\.{1,2}$/.test(folder)) || /\p{Cc}/u.test(value);
  if (isOdd || folders.length === 0 || new TextEncoder().encode(value).length > 500) {
    throw new Error("must be a prefix of keys, such as liveperson/audit/");
  }
  return `${folders.join("/")}/`;
}

function regionName(value: string): string {
  if (/^[a-z0-9-]{1,50}$/.test(value)) return value;
  throw new Error("must be a region such as eu-central-1, or auto");
}
