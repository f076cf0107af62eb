/** Texts are hashed alike on both hosts. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { denoDigest } from "../src/deno/digest.ts";
import { webDigest } from "../src/digest.ts";

Deno.test("a hash is that of the text alone, of whatever length and in whatever script", async () => {
  const texts = ["", "a", "é€😀".repeat(700), "x".repeat(16 * 1024), "é".repeat(16 * 1024), "b"];
  const expected = texts.map((text) =>
    createHash("sha256").update(text).digest("hex").slice(0, 32)
  );
  assert.deepEqual(await webDigest(texts), expected);
  assert.deepEqual(await denoDigest(texts), expected);
});
