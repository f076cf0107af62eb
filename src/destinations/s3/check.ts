/** Whether the archive would accept an object, as far as can be determined without putting one there. */
import { CollectorError } from "../../errors.ts";
import type { Unverified } from "../kind.ts";
import { errorCode, failureOf, ID, LABEL } from "./answer.ts";
import type { Store } from "./stores.ts";

const UNKNOWN = "only writing would show whether it may write there.";

/**
 * Asks for the bucket's list. A key that may only write is refused that, which shows that the key is right.
 * @throws {CollectorError} `destination_unauthorized`, `destination_not_found` or an `upstream_…` one
 */
export async function checkBucket(store: Store): Promise<Unverified> {
  const reply = await store.ask();
  if (reply.status === 403 && errorCode(reply.text) === "AccessDenied") {
    return { unverified: `The key is right, but may not list the bucket; ${UNKNOWN}` };
  }
  if (reply.status !== 200) throw failureOf(reply);
  if (reply.text.includes("<ListBucketResult")) {
    return { unverified: `The bucket is there and the key is right; ${UNKNOWN}` };
  }
  throw new CollectorError("upstream_unreadable", {
    detail: `${LABEL} answered 200, but not with the list of a bucket.`,
    upstream: { name: ID, status: 200 },
  });
}

/** Whoever can read a bound bucket can also write to it. */
export async function checkBoundBucket(store: Store): Promise<void> {
  const reply = await store.ask();
  if (reply.status !== 200) throw failureOf(reply);
}
