/** The content of a dead letter on the page: bounded, and nothing in it turns or hides text. */
import assert from "node:assert/strict";
import { contentOf, MAX_CONTENT_BYTES } from "../../../src/http/dashboard/letter_content.ts";

Deno.test("JSON is shown over several lines, whole if it is not too long", () => {
  assert.deepEqual(contentOf('{"a":1,"b":"c"}'), {
    text: '{\n  "a": 1,\n  "b": "c"\n}',
    isCut: false,
  });
  assert.deepEqual(contentOf("no JSON"), { text: "no JSON", isCut: false });
});

Deno.test("of a longer one so many bytes are shown, and no half of a character", () => {
  for (const filler of ["a", "ä", "€", "😀"]) {
    const { text, isCut } = contentOf(JSON.stringify({ text: filler.repeat(MAX_CONTENT_BYTES) }));
    const bytes = new TextEncoder().encode(text.slice(0, -1)).length;
    assert.ok(isCut && bytes <= MAX_CONTENT_BYTES && bytes > MAX_CONTENT_BYTES - 4, filler);
    assert.ok(text.endsWith(`${filler}…`), filler);
  }
});

Deno.test("invisible characters are written as JSON writes them", () => {
  const json = JSON.stringify("a\u202eb\u{e0041}c");
  const { text } = contentOf(json);
  assert.equal(text, '"a\\u202eb\\udb40\\udc41c"');
  assert.equal(JSON.parse(text), JSON.parse(json));
});
