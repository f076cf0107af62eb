/** The operators' records under Deno: several processes share them, and a proxy's word counts only if it is trusted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { addressOf } from "../../src/deno/address.ts";
import { readHostSettings } from "../../src/deno/host_settings.ts";
import { openOperators } from "../../src/deno/operators.ts";
import { openKv } from "../../src/deno/storage.ts";
import { withFolder } from "../environment.ts";

Deno.test("of processes that start together on one database, all have the same page key and sessions", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "collector.db");
    const databases = await Promise.all(Array.from({ length: 4 }, () => openKv(path, () => {})));
    try {
      const all = databases.map(openOperators);
      const keys = await Promise.all(all.map((operators) => operators.pageKey()));
      assert.equal(new Set(keys).size, 1);
      const id = await all[0].startSession({ token: "API_TOKEN", tokenMark: "mark" });
      assert.equal((await all[1].findSession(id, true))?.token, "API_TOKEN");
      await all[2].endSessions();
      for (const operators of all) assert.equal(await operators.findSession(id, true), null);
      assert.equal(await openOperators(databases[3]).pageKey(), keys[0]);
    } finally {
      for (const database of databases) database.close();
    }
  });
});

Deno.test("X-Forwarded-For counts only behind a trusted proxy, and only what that wrote", () => {
  const from = (forwarded: string | null, isTrusted: boolean) => {
    const headers: Record<string, string> = forwarded === null
      ? {}
      : { "X-Forwarded-For": forwarded };
    return addressOf(new Request("http://x/", { headers }), "192.0.2.9", isTrusted);
  };
  assert.equal(from("203.0.113.5", false), "192.0.2.9");
  assert.equal(from("203.0.113.5", true), "203.0.113.5");
  assert.equal(from("198.51.100.1, 203.0.113.5", true), "203.0.113.5");
  assert.equal(from("2001:db8::1", true), "2001:db8::1");
  for (const none of [null, "", "unknown", '203.0.113.5, "x"']) {
    assert.equal(from(none, true), "192.0.2.9");
  }
});

Deno.test("TRUST_FORWARDED_FOR is true, false or not set", () => {
  const trusted = (value?: string) =>
    readHostSettings({ TRUST_FORWARDED_FOR: value }).isProxyTrusted;
  assert.deepEqual([trusted(), trusted("false"), trusted(" TRUE ")], [false, false, true]);
  assert.throws(() => trusted("yes"), /TRUST_FORWARDED_FOR must be true or false/);
});
