/** Reading a body in large chunks. */
import assert from "node:assert/strict";
import { bodyReader } from "../../src/upstream/body_reader.ts";

const KIB = 1024;

/** A body that brings so many bytes at a time. */
function bodyOf(bytes: number, atATime: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const chunk = new Uint8Array(Math.min(left, atATime)).fill(left % 251);
      left -= chunk.length;
      if (chunk.length > 0) controller.enqueue(chunk);
      if (left === 0) controller.close();
      if (left === 0 && chunk.length === 0) controller.byobRequest?.respond(0);
    },
  }, { highWaterMark: 0 });
}

/** The chunks that are read of a body. */
async function chunksOf(
  body: ReadableStream<Uint8Array>,
  told: string | null,
  mostBytes = 16 * KIB * KIB,
): Promise<Uint8Array[]> {
  const reader = bodyReader(body, told, mostBytes);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return chunks;
    chunks.push(value.slice());
  }
}

const sizes = (chunks: readonly Uint8Array[]) => chunks.map(({ length }) => length);

Deno.test("a body of the length that is told comes in one chunk, however it was sent", async () => {
  const bytes = 320 * KIB;
  const chunks = await chunksOf(bodyOf(bytes, 4 * KIB), String(bytes));
  assert.deepEqual(sizes(chunks), [bytes]);
  const sent = await new Response(bodyOf(bytes, 4 * KIB)).bytes();
  assert.deepEqual(chunks[0], sent);
});

Deno.test("whatever length is told, all of the body is read, in chunks of bounded size", async () => {
  const bytes = 300 * KIB + 7;
  const sent = await new Response(bodyOf(bytes, 5 * KIB)).bytes();
  for (const told of [null, "0", "-5", "no number", "20000", String(bytes), "99999999999"]) {
    const chunks = await chunksOf(bodyOf(bytes, 5 * KIB), told);
    const all = new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
    assert.deepEqual(all, sent, String(told));
    assert.ok(chunks.length <= bytes / (16 * KIB) + 1, String(told));
  }
  const small = await chunksOf(bodyOf(bytes, 5 * KIB), String(bytes), 1000);
  assert.ok(sizes(small).every((size) => size <= 1000));
});

Deno.test("no buffer is as large as a server says that its answer is", async () => {
  const body = bodyOf(3 * 1024 * KIB, 64 * KIB);
  const chunks = await chunksOf(body, String(2 ** 40));
  assert.deepEqual(sizes(chunks), [1024 * KIB, 1024 * KIB, 1024 * KIB]);
});

Deno.test("a stream that fills no buffers is read as it comes", async () => {
  const body = ReadableStream.from([new Uint8Array(3), new Uint8Array(5)]);
  assert.deepEqual(sizes(await chunksOf(body, null)), [3, 5]);
});
