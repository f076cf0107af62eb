/**
 * Amazon's Signature Version 4 as S3 verifies it. Pure, and written from the description alone.
 * Source: AWS, "Create a signed AWS API request".
 */
import { createHash, createHmac } from "node:crypto";
import type { Inbound } from "./loopback_server.ts";

export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** S3's name for what is wrong with a signature; undefined if nothing is. `nowMs`: epoch milliseconds. */
export function signatureError(
  request: Inbound,
  key: SigningKey,
  nowMs: number,
): { readonly status: number; readonly code: string } | undefined {
  const { headers, body } = request;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/
      .exec(headers.authorization ?? "");
  if (match === null) return { status: 403, code: "AccessDenied" };
  const [, keyId, date, region, signedHeaders, signature] = match;
  const sentAt = headers["x-amz-date"] ?? "";
  if (keyId !== key.accessKeyId) return { status: 403, code: "InvalidAccessKeyId" };
  if (region !== key.region) return { status: 400, code: "AuthorizationHeaderMalformed" };
  if (!sentAt.startsWith(date) || Math.abs(timeOf(sentAt) - nowMs) > MOST_SKEW_MS) {
    return { status: 403, code: "RequestTimeTooSkewed" };
  }
  const payload = headers["x-amz-content-sha256"];
  if (payload !== sha256(body)) return { status: 400, code: "XAmzContentSHA256Mismatch" };
  const names = signedHeaders.split(";");
  const mustBeSigned = ["host", ...Object.keys(headers).filter((name) => /^x-amz-/.test(name))];
  const isComplete = mustBeSigned.every((name) => names.includes(name)) &&
    names.join() === names.toSorted().join();
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", sentAt, scope, sha256(canonical(request, names))].join("\n");
  const expected = hmac(signingKey(key, date), text).toString("hex");
  return isComplete && signature === expected
    ? undefined
    : { status: 403, code: "SignatureDoesNotMatch" };
}

const MOST_SKEW_MS = 15 * 60_000;

/** `20261126T094501Z` */
function timeOf(text: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const [year, month, ...rest] = parts.map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

function canonical({ method, path, query, headers }: Inbound, names: readonly string[]): string {
  return [
    method,
    path.split("/").map((part) => encoded(decodeURIComponent(part))).join("/"),
    [...query].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).sort().join("&"),
    ...names.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}`),
    "",
    names.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
}

/** All but letters, digits, `-`, `.`, `_` and `~`. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey({ secretAccessKey, region }: SigningKey, date: string): Uint8Array {
  return [date, region, "s3", "aws4_request"]
    .reduce<string | Uint8Array>(
      (key, part) => hmac(key, part),
      `AWS4${secretAccessKey}`,
    ) as Uint8Array;
}

function hmac(key: string | Uint8Array, text: string) {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
