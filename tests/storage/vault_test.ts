/** What a vault keeps is sealed, and opens only for whom it was kept. */
import assert from "node:assert/strict";
import { memoryStore } from "../../src/storage/memory_store.ts";
import { openVault } from "../../src/storage/vault.ts";

const KEPT = { token: "t0ken-4711" };
const OURS = { key: "session", secret: "s3cret", binding: "account client" };

Deno.test("a vault gives back what was kept last, and stores none of it in the clear", async () => {
  const entries = new Map<string, string>();
  const vault = openVault(memoryStore(entries), OURS);
  assert.equal(await vault.read(), null);
  await vault.write({ token: "old" });
  await vault.write(KEPT);
  assert.deepEqual(await openVault(memoryStore(entries), OURS).read(), KEPT);
  assert.deepEqual([...entries.keys()], ["session"]);
  const stored = atob(entries.get("session")!);
  for (const word of [KEPT.token, OURS.secret, "account"]) assert.ok(!stored.includes(word));
});

Deno.test("another secret, another binding and another key open nothing, and damage reads as absent", async () => {
  const entries = new Map<string, string>();
  const store = memoryStore(entries);
  await openVault(store, OURS).write(KEPT);
  assert.equal(await openVault(store, { ...OURS, secret: "other" }).read(), null);
  assert.equal(await openVault(store, { ...OURS, binding: "other" }).read(), null);
  entries.set("destination", entries.get("session")!);
  assert.equal(await openVault(store, { ...OURS, key: "destination" }).read(), null);
  entries.set("session", entries.get("session")!.slice(0, -4));
  assert.equal(await openVault(store, OURS).read(), null);
});
