/** The cursor on the real runtime: the Durable Object's journal counts, KV holds a copy of it. */
import assert from "node:assert/strict";
import { Stage } from "./stage.ts";

/** A Worker that has collected three changes, and the copy of its cursor in KV. */
async function collected() {
  const stage = await Stage.open();
  const records = stage.addRecent(3);
  await stage.cron();
  const [[key, copy]] = Object.entries(await stage.stored());
  return { stage, records, key, copy, [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose]() };
}

Deno.test("a copy that is deleted behind the collector's back repeats nothing", async () => {
  await using c = await collected();
  await c.stage.worker.kv.delete(c.key);
  const { body } = await c.stage.post("/collect");
  assert.deepEqual([body.cursor, body.delivered], ["stored", 0]);
  const more = c.stage.addRecent(1);
  assert.equal((await c.stage.cron()).report.delivered, 1);
  c.stage.assertDelivered([...c.records, ...more]);
  assert.deepEqual(Object.keys(await c.stage.stored()), [c.key], "and it is published anew");
});

Deno.test("a copy that was overwritten counts for nothing", async () => {
  await using c = await collected();
  await c.stage.worker.kv.put(c.key, "damaged");
  const { body } = await c.stage.post("/collect");
  assert.deepEqual([body.cursor, body.delivered], ["stored", 0]);
  c.stage.assertDelivered(c.records);
});

Deno.test("after a start-over everybody is told that nothing has been collected since", async () => {
  await using c = await collected();
  const told = async () => {
    const { status, body } = await c.stage.get("/healthz?deep=true");
    const metrics = (await c.stage.get("/metrics")).text;
    const gauge = /^liveperson_collector_state\{.*state="waiting"\} (\d)$/m.exec(metrics)![1];
    return [status, body.state, (await c.stage.status()).state, gauge];
  };
  assert.deepEqual(await told(), [200, "healthy", "healthy", "0"]);
  await c.stage.request("DELETE", "/cursor?confirm=12345678");
  assert.deepEqual(await told(), [503, "waiting", "waiting", "1"]);
  await c.stage.cron();
  assert.deepEqual(await told(), [200, "healthy", "healthy", "0"]);
});

Deno.test("with an empty journal the copy is adopted, unless it was deleted on purpose", async () => {
  await using c = await collected();
  await c.stage.request("DELETE", "/cursor?confirm=12345678");
  await c.stage.worker.kv.put(c.key, c.copy);
  const first = await c.stage.post("/collect");
  assert.deepEqual([first.body.cursor, first.body.delivered], ["new", 3]);

  await c.stage.request("DELETE", "/cursor?confirm=12345678");
  const restored = JSON.parse(c.copy);
  await c.stage.worker.kv.put(c.key, JSON.stringify({ ...restored, revision: 1000 }));
  const second = await c.stage.post("/collect");
  assert.deepEqual([second.body.cursor, second.body.delivered], ["adopted", 0]);
});
