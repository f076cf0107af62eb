/**
 * Where objects are put: a bucket by S3's API, or an R2 bucket that is bound to the Worker. Both answer
 * alike. Does I/O through `Upstream`.
 */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { ID, isWorthRetry, LABEL } from "./answer.ts";
import type { ArchiveObject } from "./object.ts";
import { askOf, putInto, type R2Bucket } from "./r2_bucket.ts";

export interface Store {
  /** Puts an object, unless there is one of that key: then the answer is 412. */
  put(object: ArchiveObject): Promise<UpstreamReply>;
  /** Asks for something that need not exist. */
  ask(): Promise<UpstreamReply>;
}

export interface BucketAccess {
  /** Of the bucket. */
  readonly url: string;
  /**
   * If it is left out, it is taken from the URL for Amazon's and Cloudflare's hosts; otherwise it is
   * `us-east-1`.
   */
  readonly region: string | undefined;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Not `Content-Encoding`: whoever reads an object must get the file that its name promises. */
const CONTENT_TYPE = "application/gzip";

const SENT = { name: ID, label: LABEL, retry: isWorthRetry };

/** A bucket reached through S3's API, on any host. `now`: epoch milliseconds. */
export function bucketAt(access: BucketAccess, upstream: Upstream, now: () => number): Store {
  const { url: bucket, ...key } = access;
  /** A signature is valid for 15 minutes, longer than any run, so retries can use the same one. */
  const send = async (method: "GET" | "PUT", url: string, object?: ArchiveObject) => {
    const body = object?.body;
    const signer = new AwsV4Signer({
      ...key,
      ...{ method, url, service: "s3" },
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
      headers: {
        "X-Amz-Content-Sha256": createHash("sha256").update(body ?? "").digest("hex"),
        ...(body !== undefined && {
          "If-None-Match": "*",
          "Content-Type": CONTENT_TYPE,
          // a bucket with Object Lock refuses requests without it
          "Content-MD5": createHash("md5").update(body).digest("base64"),
        }),
      },
    });
    const headers = Object.fromEntries((await signer.sign()).headers);
    return await upstream.send({ ...SENT, method, url, headers, ...(body && { body }) });
  };
  return {
    put: (object) => send("PUT", `${bucket}/${pathOf(object)}`, object),
    ask: () => send("GET", `${bucket}?list-type=2&max-keys=1`),
  };
}

/** A bucket that is bound to the Worker. Its operations still count as requests of the run. */
export function boundBucket(bucket: R2Bucket, upstream: Upstream): Store {
  const url = "r2://ARCHIVE";
  return {
    put: (object) =>
      upstream.send({
        ...SENT,
        method: "PUT",
        url: `${url}/${pathOf(object)}`,
        body: object.body,
        fetch: putInto(bucket, object.key, CONTENT_TYPE),
      }),
    ask: () => upstream.send({ ...SENT, method: "HEAD", url, fetch: askOf(bucket, "any") }),
  };
}

function pathOf({ key }: Pick<ArchiveObject, "key">): string {
  return key.split("/").map(encodeURIComponent).join("/");
}
