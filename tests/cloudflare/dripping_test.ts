/** A server whose answers never end, asked by the Worker on real workerd: it holds up nothing for longer than its time. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "../environment.ts";
import { Stage } from "./stage.ts";

/** Answers one byte, then another, without end. `open`: how many still wait. */
async function dripping() {
  const open = new Set<unknown>();
  const server = createServer((_, response) => {
    open.add(response);
    response.writeHead(200, { "Content-Type": "application/json" });
    const timer = setInterval(() => response.write(" "), 5);
    response.on("close", () => {
      clearInterval(timer);
      open.delete(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => open.size,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

for (
  const [setting, upstream] of [
    ["LIVEPERSON_DOMAIN_API_URL", "domain"],
    ["LIVEPERSON_AUTH_SERVER_URL", "token"],
    ["XSIAM_URL", "xsiam"],
  ]
) {
  Deno.test(`an answer that drips for ever is given up in time: ${upstream}`, async () => {
    await using server = await dripping();
    await using stage = await Stage.open({
      settings: { REQUEST_TIMEOUT: "0.3 seconds", [setting]: server.url },
    });
    stage.addRecent();
    const [collected, cancelled] = await Promise.all([
      stage.post("/collect"),
      stage.request("DELETE", "/backfill"),
    ]);
    assert.equal(collected.body.code, "upstream_timeout", collected.text);
    assert.equal(collected.body.upstream.name, upstream);
    assert.equal(cancelled.status, 200);
    await until("the end of its connections", () => server.open() === 0);
  });
}
