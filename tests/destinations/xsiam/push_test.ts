/** What a push is tried again for, on a scripted XSIAM. */
import assert from "node:assert/strict";
import { CollectorError } from "../../../src/errors.ts";
import { Xsiam } from "../../../src/destinations/xsiam/push.ts";
import { Upstream } from "../../../src/upstream/upstream.ts";

const OPTIONS = {
  origin: "https://api-tenant.example.com",
  apiKey: "key",
  authId: undefined,
  compression: "none",
  format: "native",
} as const;
const LINES = [{ eventId: "a-1", occurrence: 1, timeMs: 0, json: "{}", bytes: 2 }];

/** A push that XSIAM answers with 500 and this text each time, and how often it was sent. */
async function pushed(text: string, probing = false) {
  let sent = 0;
  const upstream = new Upstream({
    fetch() {
      sent++;
      return Promise.resolve(new Response(text, { status: 500 }));
    },
    now: () => 0,
    timeoutMs: 60_000,
    retryDelayMs: 0,
    deadlineMs: Infinity,
    maxRequests: 10,
  });
  const outcome = await new Xsiam(OPTIONS, upstream).push(LINES, { probing })
    .catch((error) => error);
  return { outcome, sent };
}

Deno.test("a 500 that speaks of the format is a refusal, and is not tried again", async () => {
  const { outcome, sent } = await pushed('{"error":"true","message":"The format is wrong"}');
  assert.deepEqual([outcome.refusedWhole?.status, sent], [500, 1]);
});

Deno.test("any other 500 is tried again, unless it is a part of a refused batch", async () => {
  for (const [probing, attempts] of [[false, 4], [true, 1]] as const) {
    const { outcome, sent } = await pushed("Internal server error", probing);
    assert.ok(outcome instanceof CollectorError);
    assert.deepEqual([outcome.code, sent], ["upstream_failed", attempts]);
  }
});
