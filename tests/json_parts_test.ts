/** The parts of a JSON text are counted before it is parsed, so that no body ends the isolate. */
import assert from "node:assert/strict";
import { hasMoreParts } from "../src/json_parts.ts";
import { SECRETS } from "./environment.ts";
import { Stage } from "./cloudflare/stage.ts";

Deno.test("each member counts as a part, at every depth, and no character of a text does", () => {
  const texts: [string, number][] = [
    ["{}", 1],
    ["[[],[]]", 4],
    ['{"a":1,"b":[1,2,3]}', 5],
    ['{"a,[{":"\\",[{\\\\"}', 1],
    ['["\\\\","\\\\"]', 2],
  ];
  for (const [text, parts] of texts) {
    assert.deepEqual(
      [hasMoreParts(text, parts - 1), hasMoreParts(text, parts)],
      [true, false],
      text,
    );
  }
});

Deno.test("a body with millions of empty objects is refused, and the Worker goes on", async () => {
  await using stage = await Stage.open({ settings: { FETCH_EVENTS: "false" } });
  for (const unit of ["{},", "[],", "0,"]) {
    const rows = unit.repeat(31 * 1024 * 1024 / unit.length).slice(0, -1);
    const { status, body } = await stage.request("POST", "/state", {
      body: `{"after":null,"seal":"","rows":[${rows}]}`,
      token: SECRETS.API_TOKEN,
    });
    assert.deepEqual([status, body.code], [400, "arguments_invalid"]);
    assert.equal((await stage.get("/healthz")).status, 200);
  }
});
