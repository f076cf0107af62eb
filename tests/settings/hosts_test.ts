/** Which URLs a setting may hold. */
import assert from "node:assert/strict";
import { httpUrl } from "../../src/settings/hosts.ts";

Deno.test("a URL with a path loses the slash at its end, and nothing else", () => {
  for (
    const [given, read] of [
      ["https://search.example.com", "https://search.example.com"],
      ["https://search.example.com:9243/", "https://search.example.com:9243"],
      ["https://search.example.com/es/", "https://search.example.com/es"],
      ["HTTPS://Search.example.com/A/b", "https://search.example.com/A/b"],
      ["http://127.0.0.1:9200/es", "http://127.0.0.1:9200/es"],
    ]
  ) assert.equal(httpUrl(given), read);
});

Deno.test("it may not be sent in the clear, nor hold credentials or a query", () => {
  for (
    const [given, why] of [
      ["search.example.com", /must begin with https/],
      ["https://", /not a valid URL/],
      ["http://search.example.com/es", /must use https/],
      ["https://user:pass@search.example.com", /credentials/],
      ["https://search.example.com/?a=b", /query/],
      ["https://search.example.com/#a", /query/],
    ] as const
  ) assert.throws(() => httpUrl(given), why);
});
