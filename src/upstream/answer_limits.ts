/** How large an answer may be, in bytes after decompression, by service. Pure. */
import type { UpstreamName } from "../errors.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** For answers with a token, a host or public keys. */
export const MAX_SMALL_ANSWER_BYTES = 64 * KIB;
/** For destinations' answers, unless a request says otherwise. */
export const MAX_DESTINATION_ANSWER_BYTES = MIB;

const MAX_BYTES: Readonly<Record<UpstreamName, number>> = {
  domain: MAX_SMALL_ANSWER_BYTES,
  token: MAX_SMALL_ANSWER_BYTES,
  audit: 16 * MIB,
};

/**
 * How many values a JSON answer may have. Parsed, each may take fifty bytes: 16 MiB of empty objects would
 * be 375 MB. A page of 500 records has a tenth of it.
 */
export const MAX_ANSWER_PARTS = 500_000;

export function maxAnswerBytes(name: UpstreamName): number {
  return MAX_BYTES[name] ?? MAX_DESTINATION_ANSWER_BYTES;
}

/** A limit as errors show it, such as `16 MiB`. */
export function limitInWords(bytes: number): string {
  return bytes < MIB ? `${Math.round(bytes / KIB)} KiB` : `${Math.round(bytes / MIB)} MiB`;
}
