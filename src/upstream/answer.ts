/**
 * Reads an answer, whoever sends it: no more of its body than a limit, and no longer than a time limit.
 * Both hold even if the HTTP client ignores them. Does I/O through the `fetch` that it is given.
 */

/** The answer to one request. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What was read of the body, and how much it was. */
  readonly text: string;
  readonly bytes: number;
  /** False if the body continues beyond the limit. */
  readonly isWhole: boolean;
}

export interface AnswerLimits {
  /** Of the body after decompression. */
  readonly maxBytes: number;
  /** Once aborted, nothing more is awaited. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request and reads its answer. A body that is no longer wanted is cancelled, and its connection
 * with it.
 * @throws what `fetch` throws, or the signal's reason
 */
export async function fetchAnswer(
  fetch: typeof globalThis.fetch,
  url: string | URL,
  init: RequestInit,
  { maxBytes, signal }: AnswerLimits,
): Promise<ReadAnswer> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {}); // it may arrive when nothing is awaited
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  const answering = fetch(url, { ...init, signal });
  try {
    const { status, headers, body } = await Promise.race([aborted, answering]);
    return { status, headers, ...await readBody(body, maxBytes, aborted) };
  } catch (error) {
    answering.then(({ body }) => body?.cancel()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  aborted: Promise<never>,
): Promise<Pick<ReadAnswer, "text" | "bytes" | "isWhole">> {
  if (body === null) return { text: "", bytes: 0, isWhole: true };
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([aborted, reader.read()]);
      if (done) return { text: textOf(chunks, bytes, true), bytes, isWhole: true };
      const left = maxBytes - bytes;
      chunks.push(value.subarray(0, left));
      if (value.length > left) {
        return { text: textOf(chunks, maxBytes, false), bytes: maxBytes, isWhole: false };
      }
      bytes += value.length;
    }
  } finally {
    // without waiting for the sender to agree
    reader.cancel().catch(() => {});
  }
}

/**
 * The chunks as text, decoded at once: they may be many. A text that was cut ends before the character that
 * the cut went through.
 */
function textOf(chunks: readonly Uint8Array[], bytes: number, isWhole: boolean): string {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return new TextDecoder().decode(all, { stream: !isWhole });
}
