/** DEBUG_TRACE: each request in a line, without secrets or bodies, and for an hour at most. */
import assert from "node:assert/strict";
import { mortalHost, newStorage } from "./mortal_host.ts";
import {
  assertDiscreet,
  changeAt,
  HOUR_MS,
  MINUTE_MS,
  openEnvironment,
  SECRETS,
} from "../environment.ts";
import { collectorIn } from "./collector_in.ts";

const NOW = Date.parse("2026-03-10T12:00:00Z");

Deno.test("every request is traced without secrets, for an hour, and again once it was switched off", async () => {
  await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
  environment.livePerson.add([changeAt(NOW - MINUTE_MS, { objectName: "a secret project" })]);
  const storage = newStorage();
  const traced = async (atMs: number, wanted: boolean) => {
    const host = mortalHost(storage, () => atMs);
    await collectorIn(environment, host, { DEBUG_TRACE: String(wanted) }).collect("cron");
    return host.lines;
  };
  const lines = (await traced(NOW, true)).filter((line) => line.event === "upstream_request");
  assert.deepEqual(lines.map((line) => line.upstream), ["domain", "token", "audit", "xsiam"]);
  for (const line of lines) {
    assert.deepEqual([line.level, line.status, line.runId], ["debug", 200, "a-run"]);
    assert.ok(String(line.host).startsWith("127.0.0.1:") && String(line.path).startsWith("/"));
  }
  const text = JSON.stringify(lines);
  assert.doesNotMatch(text, /Bearer|a secret project|version=1\.0/);
  assertDiscreet([text], Object.values(SECRETS));

  const late = await traced(NOW + HOUR_MS, true);
  assert.deepEqual(late.map((line) => line.event), ["trace_ended", "run_ended"]);
  await traced(NOW + HOUR_MS, false);
  const again = await traced(NOW + HOUR_MS + MINUTE_MS, true);
  assert.equal(again.filter((line) => line.event === "upstream_request").length, 1);
});
