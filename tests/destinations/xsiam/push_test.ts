/** What is made of each of XSIAM's answers. A wrong setting is never taken for a fault of the events. */
import assert from "node:assert/strict";
import { xsiam } from "../../../src/destinations/xsiam/kind.ts";
import { lineOf } from "../../../src/engine/batch.ts";
import { CollectorError } from "../../../src/errors.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";

const SETTINGS = {
  XSIAM_URL: "https://api-t.example.com",
  XSIAM_API_KEY: "k3y",
  XSIAM_COMPRESSION: "none" as const,
};
const EVENT = lineOf("1", 1, '{"event_id":"1"}');

/** What comes of a push that is answered like this: `delivered`, `refused`, or the error's code. */
async function outcomeOf(status: number, body: string, probing: boolean): Promise<string> {
  const upstream = new Upstream({
    fetch: () => Promise.resolve(new Response(body, { status })),
    now: () => 0,
    timeoutMs: 1000,
    retryDelayMs: 0,
    deadlineMs: 1000,
    maxRequests: 10,
  });
  try {
    const { accepted } = await xsiam.open(SETTINGS, upstream)!.push([EVENT], { probing });
    return accepted ? "delivered" : "refused";
  } catch (error) {
    assert.ok(error instanceof CollectorError);
    return error.code;
  }
}

Deno.test("what XSIAM answers is taken for what it is, of a batch and of a part of one", async () => {
  const answers: [number, string, string][] = [
    [200, '{"error":"false"}', "delivered"],
    [200, "<html>Sign in</html>", "upstream_unreadable"],
    [400, '{"error":"malformed"}', "refused"],
    [413, '{"error":"too large"}', "refused"],
    [500, '{"error":"log format does not match"}', "refused"],
    [500, "<html>bad format</html>", "upstream_failed"],
    [503, "", "upstream_failed"],
    [429, "", "upstream_rate_limited"],
    // wrong settings: nothing is refused for what is in it
    [401, '{"error":"malformed"}', "destination_unauthorized"],
    [403, '{"error":"malformed"}', "destination_unauthorized"],
    [404, '{"error":"malformed"}', "destination_not_found"],
  ];
  for (const [status, body, expected] of answers) {
    for (const probing of [false, true]) {
      assert.equal(await outcomeOf(status, body, probing), expected, `${status} ${body}`);
    }
  }
});

Deno.test("XSIAM without its URL or its key is not opened", () => {
  const upstream = {} as Upstream;
  assert.equal(xsiam.open({ ...SETTINGS, XSIAM_URL: undefined }, upstream), null);
  assert.equal(xsiam.open({ ...SETTINGS, XSIAM_API_KEY: undefined }, upstream), null);
});
