/**
 * A simulated bucket of S3's API: signatures, rights and conditions are checked as strictly as the
 * documentation says, and what was put is kept. This file owns the options and the state. I/O happens in
 * loopback_server.ts only.
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { Faults } from "./faults.ts";
import { type Inbound, type Outbound, startLoopbackServer, type Watch } from "./loopback_server.ts";
import { signatureError, type SigningKey } from "./s3_signature.ts";

/** Behaviour that may change while the simulator runs: set the field, and the next request sees it. */
export interface S3Settings {
  key: SigningKey;
  /** The key was one for a while, and that is over. */
  isKeyExpired: boolean;
  rights: ReadonlySet<"put" | "list">;
  /** The largest object that is taken. */
  maxBytes: number;
  /** The server's clock, epoch milliseconds. */
  now: () => number;
  /** An answer that takes the place of the usual one, by the put's number, from 1; the object isn't stored. */
  error:
    | ((put: number) => { readonly status: number; readonly code: string } | undefined)
    | undefined;
}

export interface S3Options extends Partial<S3Settings> {
  readonly key: SigningKey;
  /** Default `archive`. */
  readonly bucket?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Is told of each request. */
  readonly watch?: Watch;
}

export interface StoredObject {
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
}

/** A running simulator. Its settings are fields of its own. */
export interface S3Simulator extends S3Settings, AsyncDisposable {
  /** Of the bucket: `http://127.0.0.1:port/archive` */
  readonly url: string;
  /** Those of `push`: objects that are put. */
  readonly faults: Faults;
  /** What each put was answered; 0 when a fault left it without an answer. */
  readonly answers: readonly number[];
  readonly objects: ReadonlyMap<string, StoredObject>;
  close(): Promise<void>;
}

/** The events in objects, each as JSON, those of each object in order. */
export function eventsIn(
  objects: ReadonlyMap<string, { readonly body: Uint8Array }>,
): Record<string, unknown>[] {
  return [...objects.values()].flatMap(({ body }) => {
    const lines = gunzipSync(body).toString().split("\n");
    if (lines.pop() !== "") throw new Error("The last line of an object does not end.");
    return lines.map((line) => JSON.parse(line));
  });
}

/** Starts a simulated bucket on 127.0.0.1. */
export async function startS3(options: S3Options): Promise<S3Simulator> {
  const { bucket = "archive" } = options;
  const store = new Bucket(bucket, options);
  const server = await startLoopbackServer({
    port: options.port ?? 0,
    latencyMs: 0,
    faults: store.faults,
    watch: options.watch,
    targetOf: ({ method }) => method === "PUT" ? "push" : undefined,
    handle: (request) => store.handle(request),
    seen({ method }, status) {
      if (method === "PUT") store.answers.push(status);
    },
  });
  return Object.assign(store, {
    url: `http://127.0.0.1:${server.port}/${bucket}`,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  });
}

class Bucket implements S3Settings {
  key: SigningKey;
  isKeyExpired: boolean;
  rights: S3Settings["rights"];
  maxBytes: number;
  now: () => number;
  error: S3Settings["error"];
  readonly faults = new Faults();
  readonly answers: number[] = [];
  readonly objects = new Map<string, StoredObject>();
  #puts = 0;

  constructor(private readonly name: string, options: S3Options) {
    this.key = options.key;
    this.isKeyExpired = options.isKeyExpired ?? false;
    this.rights = options.rights ?? new Set(["put", "list"]);
    this.maxBytes = options.maxBytes ?? 5_000_000_000;
    this.now = options.now ?? Date.now;
    this.error = options.error;
  }

  handle(request: Inbound): Outbound {
    const invalid = signatureError(request, this.key, this.now());
    if (invalid !== undefined) return refusal(invalid.status, invalid.code);
    if (this.isKeyExpired) return refusal(400, "ExpiredToken");
    const [, bucket, ...parts] = request.path.split("/").map(decodeURIComponent);
    if (bucket !== this.name) return refusal(404, "NoSuchBucket");
    const key = parts.join("/");
    if (request.method === "PUT" && key !== "") return this.#put(request, key);
    if (request.method === "GET" && key === "") return this.#list(request);
    return refusal(405, "MethodNotAllowed");
  }

  #put({ headers, body }: Inbound, key: string): Outbound {
    const put = ++this.#puts;
    if (!this.rights.has("put")) return refusal(403, "AccessDenied");
    if (new TextEncoder().encode(key).length > 1024) return refusal(400, "KeyTooLongError");
    if (body.length > this.maxBytes) return refusal(400, "EntityTooLarge");
    if (headers["content-md5"] !== digest("md5", body)) return refusal(400, "BadDigest");
    const error = this.error?.(put);
    if (error !== undefined) return refusal(error.status, error.code);
    if (headers["if-none-match"] === "*" && this.objects.has(key)) {
      return refusal(412, "PreconditionFailed");
    }
    this.objects.set(key, { body, contentType: headers["content-type"] });
    const etag = `"${digest("md5", body)}"`;
    return { status: 200, headers: { etag }, body: "", records: recordsIn(body) };
  }

  #list({ query }: Inbound): Outbound {
    if (!this.rights.has("list")) return refusal(403, "AccessDenied");
    if (query.get("list-type") !== "2") return refusal(400, "InvalidArgument");
    const keys = [...this.objects.keys()].slice(0, Number(query.get("max-keys") ?? 1000));
    return {
      status: 200,
      headers: XML,
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><Name>${this.name}</Name>` +
        `<KeyCount>${keys.length}</KeyCount></ListBucketResult>`,
    };
  }
}

const XML = { "content-type": "application/xml" };

function refusal(status: number, code: string): Outbound {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code>` +
    "<Message>It was refused</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>";
  return { status, headers: XML, body };
}

/** Lines, if it is compressed text; else it is one object of something. */
function recordsIn(body: Uint8Array): number | undefined {
  try {
    return gunzipSync(body).toString().split("\n").length - 1;
  } catch {
    return undefined;
  }
}

function digest(algorithm: string, body: Uint8Array): string {
  return createHash(algorithm).update(body).digest("base64");
}
