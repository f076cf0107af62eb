/**
 * A Cloudflare R2 bucket that is bound to the Worker, in the role of an HTTP client: it answers as S3's API
 * would. Does I/O through the binding.
 * Source: Cloudflare, "R2 Workers API reference" and "R2 error codes".
 */

/** The part of the binding that is used. */
export interface R2Bucket {
  /** Null if the condition doesn't hold. */
  put(
    key: string,
    value: Uint8Array,
    options: {
      readonly onlyIf: Headers;
      readonly httpMetadata: { readonly contentType: string };
    },
  ): Promise<{ readonly httpEtag: string } | null>;
  head(key: string): Promise<unknown>;
}

export function isR2Bucket(value: unknown): boolean {
  return typeof value === "object" && value !== null &&
    ["put", "head"].every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}

/** The code of an R2 error that means a temporary failure, and its status in S3's API. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ["10002", 401],
  ["10003", 403],
  ["10006", 404],
  ["10042", 403],
  ["10058", 429],
]);

/** Puts an object, unless there is one of that key. */
export function putInto(bucket: R2Bucket, key: string, contentType: string): typeof fetch {
  return (_, init) =>
    answered(init?.signal, async () => {
      const onlyIf = new Headers({ "If-None-Match": "*" });
      const httpMetadata = { contentType };
      const stored = await bucket.put(key, init!.body as Uint8Array, { onlyIf, httpMetadata });
      if (stored === null) return refusal(412, "PreconditionFailed");
      return new Response(null, { headers: { ETag: stored.httpEtag } });
    });
}

/** Asks for an object, whether there is one or not. */
export function askOf(bucket: R2Bucket, key: string): typeof fetch {
  return (_, init) =>
    answered(init?.signal, async () => {
      await bucket.head(key);
      return new Response(null);
    });
}

/** The answer, unless it comes too late. An error that R2 has a number for is an answer too. */
async function answered(
  signal: AbortSignal | null | undefined,
  ask: () => Promise<Response>,
): Promise<Response> {
  const tooLate = new Promise<never>((_, reject) =>
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
  try {
    return await Promise.race([ask(), tooLate]);
  } catch (error) {
    const code = /\((\d{5})\)\s*$/.exec(error instanceof Error ? error.message : "")?.[1];
    if (code === undefined) throw error;
    return refusal(STATUSES.get(code) ?? 503, `R2Error${code}`);
  }
}

function refusal(status: number, code: string): Response {
  return new Response(`<Error><Code>${code}</Code></Error>`, { status });
}
