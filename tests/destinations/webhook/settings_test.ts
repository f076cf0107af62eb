/** How the webhook's settings may be written, and what errors about them hold. */
import assert from "node:assert/strict";
import * as v from "valibot";
import { webhook } from "../../../src/destinations/webhook/kind.ts";
import { readHeaders, readSecrets } from "../../../src/destinations/webhook/settings.ts";

const secretOf = (bytes: number) => `whsec_${btoa("k".repeat(bytes))}`;

const identity = (WEBHOOK_URL: string) =>
  webhook.identity(v.parse(v.object(webhook.settings), { WEBHOOK_URL }));

/** What is wrong with a setting. */
function refusal(given: Record<string, string>): string {
  const { issues } = v.safeParse(v.object(webhook.settings), given);
  assert.ok(issues, "was taken");
  return issues[0].message;
}

Deno.test("secrets are whsec_ and 24 to 64 bytes in base64, one or several", () => {
  assert.deepEqual(readSecrets(secretOf(24)), [btoa("k".repeat(24))]);
  const two = `${secretOf(32)}  ${secretOf(64)}`;
  assert.equal(readSecrets(two).length, 2);
  for (
    const wrong of [
      secretOf(23),
      secretOf(65),
      "k".repeat(32),
      "whsec_",
      "whsec_a-url-safe_one_of_24_bytes_or_so",
      `${secretOf(32)},${secretOf(32)}`,
    ]
  ) assert.match(refusal({ WEBHOOK_SECRET: wrong }), /^must be whsec_ and 24 to 64 bytes/);
});

Deno.test("headers are a JSON object of texts, named as headers may be, and none of the collector's own", () => {
  const given =
    '{"X-goog-api-key": "k3y", "x-webhook-access-key": "s3cret", "Content-Type": "a/b"}';
  assert.deepEqual(readHeaders(given), {
    "x-goog-api-key": "k3y",
    "x-webhook-access-key": "s3cret",
    "content-type": "a/b",
  });
  const refused = [
    ["X-Key: k3y", /JSON object/],
    ['["X-Key"]', /JSON object/],
    ['{"X Key": "k3y"}', /name that no header/],
    ['{"": "k3y"}', /name that no header/],
    ['{"X-Key": "k3y\\n"}', /value that no header/],
    ['{"X-Key": ""}', /value that no header/],
    ['{"X-Key": 3}', /value that no header/],
    ['{"X-Key": "k3y", "x-key": "k3y"}', /twice/],
    ...["Webhook-Id", "webhook-signature", "Content-Length", "Content-Encoding", "Host"]
      .map((name) => [JSON.stringify({ [name]: "k3y" }), /sets itself/] as const),
  ] as const;
  for (const [WEBHOOK_HEADERS, why] of refused) {
    const said = refusal({ WEBHOOK_HEADERS });
    assert.match(said, why);
    assert.doesNotMatch(said, /k3y/);
  }
});

Deno.test("the URL may have a path and a query, and is https", () => {
  assert.match(refusal({ WEBHOOK_URL: "http://hooks.example.com/s3cret" }), /must use https/);
  assert.match(refusal({ WEBHOOK_URL: "hooks.example.com/s3cret" }), /must begin with https/);
  assert.match(refusal({ WEBHOOK_URL: "https://u:s3cret@hooks.example.com/" }), /credentials/);
  assert.ok(webhook.secrets.includes("WEBHOOK_URL"));
});

Deno.test("the identity tells URLs of one host apart, and shows none", () => {
  const one = identity("https://hooks.example.com/s3cret/path?key=s3cret")!;
  assert.match(one, /^hooks\.example\.com#[0-9a-f]{8}$/);
  assert.equal(identity("https://hooks.example.com/s3cret/path?key=s3cret"), one);
  assert.notEqual(identity("https://hooks.example.com/s3cret/other"), one);
});
