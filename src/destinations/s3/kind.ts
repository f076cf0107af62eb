/** An archive in S3, R2 or MinIO, as a destination: all that the core knows about it. */
import type { DestinationKind } from "../kind.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { ID, LABEL } from "./answer.ts";
import { checkBoundBucket, checkBucket } from "./check.ts";
import { S3Archive } from "./push.ts";
import { contradictions, S3_SETTINGS } from "./settings.ts";
import { boundBucket, bucketAt, type Store } from "./stores.ts";

export const s3: DestinationKind<typeof S3_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "an S3 archive",
  settings: S3_SETTINGS,
  needed: {
    S3_URL: "URL of the bucket for the archive",
    S3_ACCESS_KEY_ID: "Access key id for the archive",
    S3_SECRET_ACCESS_KEY: "Secret access key for the archive",
  },
  binding: "ARCHIVE",
  contradictions,
  urls: ["S3_URL"],
  secrets: ["S3_SECRET_ACCESS_KEY"],
  generatedSecrets: ["S3_SECRET_ACCESS_KEY"],
  advice: {
    destination_unauthorized: {
      title: "The archive refused the access key",
      action: "Check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and S3_REGION, and that the key may " +
        "put objects below S3_PREFIX. If RequestTimeTooSkewed is named, correct the clock.",
    },
    destination_not_found: {
      title: "There is no such bucket",
      action: "Check S3_URL: it is the endpoint and the bucket, such as " +
        "https://s3.eu-central-1.amazonaws.com/my-bucket. Or create the bucket that ARCHIVE names.",
    },
    destination_refuses_everything: {
      title: "The archive refuses the events",
      action: "Something between the collector and the bucket refuses large requests: raise its " +
        "limit to 5 MB. Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: ["*.amazonaws.com", "*.r2.cloudflarestorage.com"],
  connectionCheck: {
    async check(settings, { upstream, now }) {
      const store = storeOf(settings, upstream, now);
      if (store === null) return;
      return await (settings.ARCHIVE === undefined ? checkBucket(store) : checkBoundBucket(store));
    },
  },

  identity({ S3_URL, S3_PREFIX, ARCHIVE }) {
    if (S3_URL !== undefined) return `${S3_URL.replace(/^https?:\/\//, "")}/${S3_PREFIX}`;
    return ARCHIVE === undefined ? null : `ARCHIVE/${S3_PREFIX}`;
  },

  open(settings, { upstream, now, account }) {
    const store = storeOf(settings, upstream, now);
    if (store === null) return null;
    const { S3_PREFIX: prefix, S3_FORMAT: format } = settings;
    return new S3Archive({ prefix, account, format }, store);
  },
};

type Settings = Parameters<typeof s3.open>[0];

function storeOf(settings: Settings, upstream: Upstream, now: () => number): Store | null {
  const { ARCHIVE, S3_URL: url, S3_REGION: region } = settings;
  if (ARCHIVE !== undefined) return boundBucket(ARCHIVE, upstream);
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if (url === undefined || accessKeyId === undefined || secretAccessKey === undefined) return null;
  return bucketAt({ url, region, accessKeyId, secretAccessKey }, upstream, now);
}
