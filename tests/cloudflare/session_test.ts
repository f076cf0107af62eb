/** What the Worker knows of an account's connection: its hosts and its token, and how long it trusts them. */
import assert from "node:assert/strict";
import { ACCOUNT, until } from "../environment.ts";
import { Stage } from "./stage.ts";

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
