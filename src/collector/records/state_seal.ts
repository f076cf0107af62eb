/**
 * What shows that a page of an export is what a collector of the same pipeline wrote: an HMAC of it. Its key
 * comes from LivePerson's secret, which those who may import don't know. Otherwise whoever has `API_TOKEN`
 * could have events skipped, or actions told that nobody did. Pure.
 */
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { CursorOwner } from "../../engine/cursor.ts";
import type { StatePage } from "./moved_state.ts";

type Sealed = Pick<StatePage, "rows" | "after">;

/** Whose state it is, and the secret that its collectors share. */
export interface SealOwner extends CursorOwner {
  readonly secret: string;
}

/** In base64url. */
export function sealOf({ rows, after }: Sealed, owner: SealOwner): string {
  return digestOf({ rows, after }, owner).toString("base64url");
}

export function isGenuine({ seal, ...page }: Sealed & { seal: string }, owner: SealOwner): boolean {
  const [given, expected] = [Buffer.from(seal, "base64url"), digestOf(page, owner)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function digestOf({ rows, after }: Sealed, { account, feed, destination, secret }: SealOwner) {
  const text = JSON.stringify([
    [account, feed, destination],
    after,
    rows.map(({ key, value }) => [key, value]),
  ]);
  const key = createHmac("sha256", secret).update("exported state, 1").digest();
  return createHmac("sha256", key).update(text).digest();
}
