/**
 * A record that the source can't show, on the real runtime: everything else is delivered, and that it is
 * missing is known.
 */
import assert from "node:assert/strict";
import type { Unrendered } from "../../scripts/simulators/audit_page.ts";
import { change, HOUR_MS } from "../environment.ts";
import { Stage } from "./stage.ts";

const WAYS: readonly Unrendered[] = ["null", "null and error", "error", "500"];
const BROKEN = new Set(["Broken 40", "Broken 41", "Broken 219"]);

/** Changes of the last hour, one every ten seconds. */
function changes(count: number) {
  const startMs = Math.floor(Date.now() / 1000) * 1000 - HOUR_MS;
  return Array.from({ length: count }, (_, i) => {
    const changeTimestampMs = startMs + i * 10_000;
    const name = `Broken ${i}`;
    return change({ changeTimestampMs, ...(BROKEN.has(name) && { objectName: name }) });
  });
}

Deno.test("a record that can't be shown holds up nothing and is known to be missing,", async (t) => {
  for (const unrenderedAs of WAYS) {
    await t.step(`if its page is answered with ${unrenderedAs}`, async () => {
      await using stage = await Stage.open({
        livePerson: { unrenderedAs, unrenderable: ({ objectName }) => BROKEN.has(objectName) },
      });
      const shown = stage.add(changes(240)).filter(({ objectName }) => !BROKEN.has(objectName));
      await stage.collectAll();
      stage.assertDelivered(shown);
      const { state, undelivered, health } = await stage.status();
      assert.deepEqual([state, undelivered.gaps], ["incomplete", BROKEN.size]);
      for (const { why, afterMs, foundAtMs } of health.gaps) {
        assert.equal(why, "unreadable");
        assert.ok(afterMs < foundAtMs);
      }

      for (let run = 0; run < 3; run++) {
        const { invocation, report } = await stage.cron();
        assert.equal(invocation, "ok");
        assert.ok(report.requests.audit <= 2, `${report.requests.audit} requests when idle`);
      }
      const all = [...shown, ...stage.addRecent(3)];
      assert.equal((await stage.cron()).report.delivered, 3);
      stage.assertDelivered(all);
      const after = await stage.status();
      assert.deepEqual([after.state, after.undelivered.gaps], ["incomplete", BROKEN.size]);
    });
  }
});

Deno.test("a record that can't be shown is the newest one: the next one is delivered all the same,", async (t) => {
  for (const unrenderedAs of WAYS) {
    await t.step(`if its page is answered with ${unrenderedAs}`, async () => {
      await using stage = await Stage.open({
        livePerson: { unrenderedAs, unrenderable: ({ objectName }) => objectName === "Broken" },
      });
      const all = [...stage.addRecent(3)];
      await stage.collectAll();
      stage.add([change({ objectName: "Broken" })]);
      await stage.collectAll();
      const { state, undelivered } = await stage.status();
      assert.equal(state, "incomplete");
      assert.equal(undelivered.gaps, 1);
      all.push(...stage.addRecent(2));
      await stage.collectAll();
      stage.assertDelivered(all);
      assert.equal((await stage.status()).state, "incomplete");
    });
  }
});
