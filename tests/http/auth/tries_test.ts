/** Guessing the token: it is limited, logged and counted, and it locks nobody else out. */
import assert from "node:assert/strict";
import { Tries } from "../../../src/operators/tries.ts";
import { MINUTE_MS, SECRETS } from "../../environment.ts";
import { readOpenMetrics } from "../metrics/openmetrics.ts";
import { PeopleApp } from "./people_app.ts";

const { API_TOKEN } = SECRETS;

Deno.test("3,000 wrong tries from an address: 100 are answered, the rest waits", async () => {
  const app = new PeopleApp();
  const statuses: Record<number, number> = {};
  for (let i = 0; i < 3000; i++) {
    const { status, headers } = await app.ask("/status", { token: `guess-${i}` });
    statuses[status] = (statuses[status] ?? 0) + 1;
    if (status === 429) assert.equal(headers.get("Retry-After"), "60");
  }
  assert.deepEqual(statuses, { 401: 100, 429: 2900 });
  const lines = app.linesOf("access_refused");
  assert.deepEqual(lines.map(({ tries }) => tries), Array.from({ length: 12 }, (_, i) => 2 ** i));
  assert.deepEqual(lines.at(-1), {
    level: "warn",
    event: "access_refused",
    address: "192.0.2.1",
    tries: 2048,
    limited: true,
  });
  const { text } = await app.ask("/metrics", { token: API_TOKEN });
  const refused = readOpenMetrics(text).value("liveperson_collector_access_refused_total");
  assert.equal(refused, 3000);
});

Deno.test("whoever has the token is not locked out by others' tries, not even from the same address", async () => {
  const app = new PeopleApp();
  for (let i = 0; i < 200; i++) await app.ask("/status", { token: "wrong" });
  assert.equal((await app.ask("/status", { token: API_TOKEN })).status, 200);
  assert.equal((await app.ask("/sign-in", { form: { api_token: API_TOKEN } })).status, 303);
  assert.equal((await app.ask("/status", { token: "wrong", from: "192.0.2.2" })).status, 401);
});

Deno.test("signing in is limited together with the routes", async () => {
  const app = new PeopleApp();
  for (let i = 0; i < 60; i++) await app.ask("/status", { token: "wrong" });
  const tryIt = () => app.ask("/sign-in", { form: { api_token: "wrong" } });
  for (let i = 0; i < 40; i++) assert.equal((await tryIt()).status, 401);
  const { status, headers, text } = await tryIt();
  assert.deepEqual([status, headers.get("Retry-After")], [429, "60"]);
  assert.match(text, /Too many wrong tokens\. Wait 60 seconds\./);
});

Deno.test("from many addresses, all wrong tries together are limited too", async () => {
  const app = new PeopleApp();
  const statuses = [];
  for (let i = 0; i < 400; i++) {
    statuses.push((await app.ask("/status", { token: "x", from: `198.51.100.${i % 200}` })).status);
  }
  assert.equal(statuses.indexOf(429), 300);
  assert.equal(statuses.lastIndexOf(401), 299);
});

Deno.test("a request that fits costs nothing: the records are not asked", async () => {
  const app = new PeopleApp();
  app.operators.countRefusal = () => assert.fail("asked");
  assert.equal((await app.ask("/status", { token: API_TOKEN })).status, 200);
});

Deno.test("beyond the limit, the records are asked no more", async () => {
  const app = new PeopleApp();
  let asked = 0;
  const { operators } = app;
  const count = operators.countRefusal.bind(operators);
  operators.countRefusal = (...args) => (asked++, count(...args));
  for (let i = 0; i < 1000; i++) await app.ask("/status", { token: "wrong" });
  assert.equal(asked, 100);
});

Deno.test("a limit lasts longer each time, up to 15 minutes, and is forgiven after as long in peace", () => {
  const tries = new Tries({ perAddress: 2, altogether: 1000 });
  let nowMs = 0;
  const waits: number[] = [];
  const exhaust = () => {
    for (;;) {
      const { limitedUntilMs } = tries.count("a", nowMs);
      if (limitedUntilMs === null) continue;
      waits.push((limitedUntilMs - nowMs) / MINUTE_MS);
      nowMs = limitedUntilMs;
      return;
    }
  };
  for (let i = 0; i < 6; i++) exhaust();
  nowMs += 15 * MINUTE_MS + 1;
  exhaust();
  assert.deepEqual(waits, [1, 2, 4, 8, 15, 15, 1]);
});

Deno.test("an IPv6 network counts as one address, and old addresses are forgotten", () => {
  const tries = new Tries({ perAddress: 2, altogether: 1_000_000 });
  const same = ["2001:db8:1:2::1", "2001:db8:1:2:3:4:5:6", "2001:DB8:0001:2::ffff"];
  assert.deepEqual(same.map((one) => tries.count(one, 0).tries), [1, 2, 3]);
  assert.equal(tries.count("2001:db8:1:3::1", 0).tries, 1);
  for (let i = 0; i < 1000; i++) tries.count(`10.0.${i >> 8}.${i & 255}`, 0);
  assert.equal(tries.count(same[0], 0).tries, 1);
});
