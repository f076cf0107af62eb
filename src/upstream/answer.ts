/**
 * Reads an answer, whatever sends it: no more of its body than a limit, and no longer than its time. Both
 * hold even if the HTTP client doesn't keep to them. Does I/O through the `fetch` that it is given.
 */

/** The answer to one request. */
export interface ReadAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What was read of the body, and how much it was. */
  readonly text: string;
  readonly bytes: number;
  /** False if the body goes on behind the limit. */
  readonly isWhole: boolean;
}

export interface AnswerLimits {
  /** Of the body, as it is once it is decompressed. */
  readonly maxBytes: number;
  /** Once aborted, nothing more is awaited. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request and reads its answer. A body that is not wanted any more is cancelled, and its
 * connection with it.
 * @throws what `fetch` throws, or the signal's reason
 */
export async function fetchAnswer(
  fetch: typeof globalThis.fetch,
  url: string | URL,
  init: RequestInit,
  { maxBytes, signal }: AnswerLimits,
): Promise<ReadAnswer> {
  const answering = fetch(url, { ...init, signal });
  let response: Response;
  try {
    response = await unlessAborted(answering, signal);
  } catch (error) {
    answering.then(({ body }) => body?.cancel()).catch(() => {});
    throw error;
  }
  const { status, headers } = response;
  return { status, headers, ...await readBody(response.body, maxBytes, signal) };
}

async function readBody(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Pick<ReadAnswer, "text" | "bytes" | "isWhole">> {
  if (body === null) return { text: "", bytes: 0, isWhole: true };
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await unlessAborted(reader.read(), signal);
      if (done) return { text: text + decoder.decode(), bytes, isWhole: true };
      const left = maxBytes - bytes;
      text += decoder.decode(value.subarray(0, left), { stream: true });
      if (value.length > left) return { text, bytes: maxBytes, isWhole: false };
      bytes += value.length;
    }
  } finally {
    // nobody waits for the sender's consent
    reader.cancel().catch(() => {});
  }
}

/** The work's outcome, or the signal's reason if that comes first. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
