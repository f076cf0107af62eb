/**
 * Reads a body in large chunks: workerd hands over 4 KB at a time unless it is given a buffer to fill, and
 * for a page of records that takes twice the CPU. Does I/O through the body.
 */

/** Reads one chunk after another. Each is overwritten by the next. */
export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel">;

/** The buffer for a body of unknown length. */
const USUAL_BYTES = 128 * 1024;
/** Whatever length a server tells, the buffer is no smaller and no larger. A compressed body is longer than told. */
const LEAST_BYTES = 16 * 1024;
const MOST_BYTES = 1024 * 1024;

/** `told`: the answer's Content-Length, or null. The buffer is no larger than `mostBytes`. */
export function bodyReader(
  body: ReadableStream<Uint8Array>,
  told: string | null,
  mostBytes: number,
): BodyReader {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return body.getReader(); // only a stream of bytes can fill a buffer
  }
  const toldBytes = Number(told ?? NaN) + 1; // one more shows the end
  const usualBytes = Number.isNaN(toldBytes) ? USUAL_BYTES : Math.max(toldBytes, LEAST_BYTES);
  let buffer = new ArrayBuffer(Math.min(usualBytes, MOST_BYTES, mostBytes));
  return {
    async read() {
      const { value } = await reader.read(new Uint8Array(buffer), { min: buffer.byteLength });
      if (value === undefined || value.length === 0) return { done: true, value: undefined };
      buffer = value.buffer;
      return { done: false, value };
    },
    cancel: () => reader.cancel(),
  };
}
