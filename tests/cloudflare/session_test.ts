/** What the Worker knows of an account's connection: its hosts and its token, and how long it trusts them. */
import assert from "node:assert/strict";
import { ACCOUNT, until } from "../environment.ts";
import { Stage } from "./stage.ts";

/** The Domain API's answer that names a host. */
const named = (host: string) => ({ garbage: JSON.stringify({ baseURI: host }) });

Deno.test("the authorization server is discovered if it isn't set", async () => {
  await using stage = await Stage.open({ settings: { LIVEPERSON_AUTH_SERVER_URL: undefined } });
  const all = stage.addRecent();
  await stage.cron();
  stage.assertDelivered(all);
  const services = stage.livePerson.requests.filter(({ target }) => target === "domain")
    .map(({ path }) => path);
  assert.deepEqual(services, [
    `/api/account/${ACCOUNT}/service/accountConfigReadOnly/baseURI.json`,
    `/api/account/${ACCOUNT}/service/sentinel/baseURI.json`,
  ]);
});

Deno.test("the audit host is found anew when it stops answering", async () => {
  await using stage = await Stage.open();
  const { livePerson, taps } = stage;
  const oldHost = await stage.openHost();
  livePerson.baseUri = oldHost.host;
  const all = [...stage.addRecent()];
  await stage.cron();
  assert.equal(oldHost.targets.length, 1);

  await oldHost[Symbol.asyncDispose]();
  livePerson.baseUri = taps.livePerson.host;
  all.push(...stage.addRecent());
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "ok");
  assert.equal(report.requests.domain, 1);
  stage.assertDelivered(all);

  const { requests } = (await stage.cron()).report;
  assert.deepEqual(requests, { audit: 1 }, "the new host is remembered");
});

Deno.test("the authorization server is remembered, and found anew when it stops answering", async () => {
  await using stage = await Stage.open({ settings: { LIVEPERSON_AUTH_SERVER_URL: undefined } });
  const { livePerson, taps } = stage;
  const oldHost = await stage.openHost();
  livePerson.baseUri = oldHost.host;
  await stage.cron();
  livePerson.revokeTokens();
  assert.deepEqual((await stage.cron()).report.requests, { audit: 2, token: 1 });

  await oldHost[Symbol.asyncDispose]();
  livePerson.baseUri = taps.livePerson.host;
  livePerson.revokeTokens();
  const all = stage.addRecent();
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "ok");
  assert.equal(report.requests.domain, 2, "both hosts are asked for");
  stage.assertDelivered(all);
});

const LEFT_WITH = [301, 403, 404, 500, 503];

Deno.test("a moved account is found within the run, if its old host answers", async (t) => {
  for (const isConfigured of [true, false]) {
    const settings = isConfigured ? {} : { LIVEPERSON_AUTH_SERVER_URL: undefined };
    for (const status of LEFT_WITH) {
      const server = isConfigured ? "configured" : "discovered";
      await t.step(`${status}, with a ${server} authorization server`, async () => {
        await using stage = await Stage.open({ settings });
        const { livePerson, taps } = stage;
        const oldHost = await stage.openHost();
        livePerson.baseUri = oldHost.host;
        const all = [...stage.addRecent()];
        await stage.cron();

        livePerson.baseUri = taps.livePerson.host;
        livePerson.leftHosts = new Map([[oldHost.host, status]]);
        all.push(...stage.addRecent());
        const { invocation, report } = await stage.cron();
        assert.equal(invocation, "ok");
        assert.equal(report.requests.domain, isConfigured ? 1 : 2);
        stage.assertDelivered(all);
        assert.deepEqual((await stage.cron()).report.requests, { audit: 1 });
        assert.ok(oldHost.targets.concat(taps.livePerson.targets).every((to) => to !== "/left"));
      });
    }
  }
});

Deno.test("a moved authorization server is found within the run, if its old host answers", async (t) => {
  for (const status of LEFT_WITH) {
    await t.step(String(status), async () => {
      await using stage = await Stage.open({ settings: { LIVEPERSON_AUTH_SERVER_URL: undefined } });
      const { livePerson, taps } = stage;
      const oldHost = await stage.openHost();
      // the audit host is discovered first, and stays where it is
      livePerson.faults.when("domain", (n) => n === 1 ? named(oldHost.host) : undefined);
      await stage.cron();
      assert.ok(oldHost.targets.some((to) => to.startsWith("/sentinel/")));

      livePerson.leftHosts = new Map([[oldHost.host, status]]);
      livePerson.revokeTokens();
      const all = stage.addRecent();
      const { invocation, report } = await stage.cron();
      assert.equal(invocation, "ok");
      assert.equal(report.requests.domain, 2);
      stage.assertDelivered(all);
      assert.deepEqual((await stage.cron()).report.requests, { audit: 1 });
      assert.ok(taps.livePerson.targets.every((to) => to !== "/left"));
    });
  }
});

Deno.test("a remembered token that is refused with 403 is renewed within the run", async () => {
  await using stage = await Stage.open({ livePerson: { refusedTokenStatus: 403 } });
  await stage.cron();
  stage.livePerson.revokeTokens();
  const all = stage.addRecent();
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "ok");
  assert.deepEqual(report.requests, { audit: 2, token: 1, xsiam: 1 });
  stage.assertDelivered(all);
});

Deno.test("what is remembered is doubted once a run", async (t) => {
  const settings = { LIVEPERSON_AUTH_SERVER_URL: undefined };
  const cases: [number, Record<string, number>][] = [
    [403, { audit: 2, token: 1, domain: 2 }],
    [404, { audit: 2, token: 1, domain: 2 }],
    [503, { audit: 9, token: 1, domain: 2 }],
  ];
  for (const [status, requests] of cases) {
    await t.step(String(status), async () => {
      await using stage = await Stage.open({ settings });
      await stage.cron();
      stage.livePerson.faults.always("audit", { status });
      assert.deepEqual((await stage.cron()).report.requests, requests);
    });
  }
});

Deno.test("while the Domain API fails, too, the first failure is the one that is told", async () => {
  await using stage = await Stage.open();
  await stage.cron();
  stage.livePerson.faults.always("audit", { status: 503 });
  stage.livePerson.faults.always("domain", { status: 503 });
  const { problem } = (await stage.cron()).report;
  assert.deepEqual([problem.code, problem.upstream.name], ["upstream_failed", "audit"]);
});

Deno.test("a token is used until shortly before it expires, and renewed before it is refused", async () => {
  await using stage = await Stage.open({ livePerson: { tokenLifetimeSeconds: 1 } });
  await stage.cron();
  await until("a new token", async () => {
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    return report.requests.token === 1;
  });
  const audits = stage.livePerson.requests.filter(({ target }) => target === "audit");
  assert.ok(audits.length > 1);
  assert.ok(audits.every(({ status }) => status === 200));
});

Deno.test("a token whose life isn't told is kept, too", async () => {
  await using stage = await Stage.open({ livePerson: { omitExpiresIn: true } });
  await stage.cron();
  await stage.cron();
  assert.deepEqual(stage.asked(), { domain: 1, token: 1, audit: 2 });
});
