/**
 * Reads an answer, whoever sends it: no more of its body than a limit, and no longer than a time limit.
 * Both hold even if the HTTP client ignores them. Does I/O through the `fetch` that it is given.
 */
import { type BodyReader, bodyReader } from "./body_reader.ts";

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
    if (body === null) return { status, headers, text: "", bytes: 0, isWhole: true };
    const reader = bodyReader(body, headers.get("content-length"), maxBytes + 1);
    const read = await Promise.race([aborted, readBody(reader, maxBytes, signal)]);
    return { status, headers, ...read };
  } catch (error) {
    answering.then(({ body }) => body?.cancel()).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Once the signal is aborted, this may never return. It is not raced with each piece of the body, because
 * every race would stay in memory until the last one.
 */
async function readBody(
  reader: BodyReader,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Pick<ReadAnswer, "text" | "bytes" | "isWhole">> {
  // without waiting for the sender to agree
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", cancel);
  const read = new Bytes(maxBytes);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { done, value } = await reader.read();
      const isWhole = done || read.add(value);
      if (done || !isWhole) return { text: read.text(isWhole), bytes: read.length, isWhole };
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** Room for the first bytes; it doubles as need be. */
const FIRST_BYTES = 16 * 1024;

/**
 * Bytes one after another, up to a limit. They are copied: kept as they come, a sender's single bytes would
 * each take a hundred times their size.
 */
class Bytes {
  length = 0;
  #kept = new Uint8Array(FIRST_BYTES);

  constructor(private readonly most: number) {}

  /** Adds as many of them as there is room for. False if that isn't all. */
  add(more: Uint8Array): boolean {
    const fitting = more.subarray(0, this.most - this.length);
    const length = this.length + fitting.length;
    if (length > this.#kept.length) {
      const larger = new Uint8Array(Math.max(length, Math.min(2 * this.#kept.length, this.most)));
      larger.set(this.#kept.subarray(0, this.length));
      this.#kept = larger;
    }
    this.#kept.set(fitting, this.length);
    this.length = length;
    return fitting.length === more.length;
  }

  /** All of them, as text. A text that was cut ends before the character that the cut went through. */
  text(isWhole: boolean): string {
    return new TextDecoder().decode(this.#kept.subarray(0, this.length), { stream: !isWhole });
  }
}
