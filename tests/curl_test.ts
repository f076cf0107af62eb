/** The stand-in for curl asks as curl does. */
import assert from "node:assert/strict";
import { runCurl } from "./curl.ts";

Deno.test("lines for curl are sent alike with curl and, where there is none, by the stand-in", async () => {
  const asked: unknown[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { method, url, headers } = request;
      const [token, type] = ["authorization", "content-type"].map((name) => headers.get(name));
      asked.push([method, new URL(url).search, token, type, await request.text()]);
      return new Response("the answer", { status: url.endsWith("/refused") ? 403 : 200 });
    },
  );
  const env = { URL: `http://127.0.0.1:${server.addr.port}`, API_TOKEN: "a-token" };
  const lines = [
    'curl "$URL/healthz"',
    'curl -X POST -H "Authorization: Bearer $API_TOKEN" "$URL/collect?a=b"',
    `curl -H "Authorization: Bearer $API_TOKEN" -d '{"limit": 5}' "$URL/get-events"`,
    'curl -H @api.token "$URL/status"',
  ];
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/api.token`, "Authorization: Bearer a-token\n");
  for (const line of lines) {
    const { success, printed, said } = await runCurl(line, env, Promise.resolve(false), folder);
    assert.ok(success && printed.trim() === "the answer", said);
  }
  const form = "application/x-www-form-urlencoded";
  assert.deepEqual(asked, [
    ["GET", "", null, null, ""],
    ["POST", "?a=b", "Bearer a-token", null, ""],
    ["POST", "", "Bearer a-token", form, '{"limit": 5}'],
    ["GET", "", "Bearer a-token", null, ""],
  ]);
  const byStandIn = asked.splice(0);
  for (const line of lines) {
    assert.ok((await runCurl(line, env, undefined, folder)).success);
  }
  assert.deepEqual(asked, byStandIn);

  await Deno.remove(folder, { recursive: true });
  const refused = await runCurl('curl "$URL/refused"', env, Promise.resolve(false));
  assert.ok(!refused.success && /error: 403/.test(refused.said), refused.said);
  const unknown = await runCurl('curl --compressed "$URL/"', env, Promise.resolve(false));
  assert.ok(!unknown.success && /compressed/.test(unknown.said), unknown.said);
});
