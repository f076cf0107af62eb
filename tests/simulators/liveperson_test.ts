import assert from "node:assert/strict";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { ACCOUNT, names, postAudit, record, requestToken, series, token } from "./sample.ts";

const accounts = [ACCOUNT];
const query = "{auditData{element}}";

Deno.test("the Domain API names the simulator's own host, or the text it was given", async () => {
  await using simulator = await startLivePerson({ accounts });
  const ask = (account: string, service: string, version = "?version=1.0") =>
    fetch(`${simulator.url}/api/account/${account}/service/${service}/baseURI.json${version}`);
  assert.deepEqual(await (await ask("le1", "sentinel")).json(), {
    service: "sentinel",
    account: "le1",
    baseURI: simulator.host,
  });
  simulator.baseUri = "evil.example.com";
  const { baseURI } = await (await ask("le1", "accountConfigReadOnly")).json();
  assert.equal(baseURI, "evil.example.com");
  const failures = [ask("le2", "sentinel"), ask("le1", "mail"), ask("le1", "sentinel", "")];
  const statuses = await Promise.all(failures.map(async (answer) => {
    const { status, body } = await answer;
    await body?.cancel();
    return status;
  }));
  assert.deepEqual(statuses, [404, 404, 400]);
});

Deno.test("Sentinel gives a new token each time, and says for how long unless told not to", async () => {
  await using simulator = await startLivePerson({ accounts, tokenLifetimeSeconds: 60 });
  const answer = await (await requestToken(simulator)).json();
  assert.equal(answer.token_type, "Bearer");
  assert.equal(answer.expires_in, 60);
  assert.match(answer.access_token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
  simulator.omitExpiresIn = true;
  const other = await (await requestToken(simulator)).json();
  assert.notEqual(other.access_token, answer.access_token);
  assert.ok(!("expires_in" in other));
});

Deno.test("Sentinel tells a bad request from bad credentials, and keeps no bodies", async () => {
  await using simulator = await startLivePerson({ accounts });
  const status = async (changes: Record<string, string>) => {
    const answer = await requestToken(simulator, changes);
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await status({ grant_type: "password" }), 400);
  assert.equal(await status({ client_id: "" }), 400);
  assert.equal(await status({ client_secret: "guess" }), 401);
  simulator.setSecret("le1", "rotated");
  assert.equal(await status({}), 401);
  assert.equal(await status({ client_secret: "rotated" }), 200);
  const json = await fetch(`${simulator.url}/sentinel/api/v2/account/le1/app/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await json.body?.cancel();
  assert.equal(json.status, 400);
  assert.ok(simulator.requests.every(({ body }) => body === ""));
});

Deno.test("the audit endpoint takes a token of the account until it expires or is revoked", async () => {
  let nowMs = 0;
  const other = { ...ACCOUNT, accountId: "le2" };
  await using simulator = await startLivePerson({
    accounts: [ACCOUNT, other],
    now: () => nowMs,
    tokenLifetimeSeconds: 60,
  });
  const bearer = await token(simulator);
  const status = async (path = "le1") => {
    const answer = await fetch(
      `${simulator.url}/api/account/${path}/configuration/metadata/audit`,
      {
        method: "POST",
        headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
        body: JSON.stringify({ query }),
      },
    );
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await status(), 200);
  assert.equal(await status("le2"), 401);
  nowMs = 59_999;
  assert.equal(await status(), 200);
  simulator.forbidden = true;
  assert.equal(await status(), 403);
  nowMs = 60_000;
  assert.equal(await status(), 401);
  nowMs = 0;
  simulator.revokeTokens();
  assert.equal(await status(), 401);
});

Deno.test("the audit endpoint refuses bodies that the documentation doesn't know", async () => {
  await using simulator = await startLivePerson({ accounts });
  for (const body of [[], "text", null, {}, { query, variables: {} }, { query: 5 }]) {
    const answer = await postAudit(simulator, body);
    await answer.body?.cancel();
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
  const bearer = await token(simulator);
  const plain = await fetch(`${simulator.url}/api/account/le1/configuration/metadata/audit`, {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "text/plain" },
    body: JSON.stringify({ query }),
  });
  await plain.body?.cancel();
  assert.equal(plain.status, 400);
});

Deno.test("the rest wire starts at a time, inclusively, and spells things its own way", async () => {
  await using simulator = await startLivePerson({ accounts, wire: "rest" });
  simulator.add([
    ...series(3),
    record({
      changeTimestampMs: Date.UTC(2024, 2, 10, 13, 0, 0, 300),
      objectType: "Content Categories",
      actionType: "Add new",
      extra: { requestId: 9 },
    }),
  ]);
  const from = { fromData: "2024-03-10T12:01:00Z", first: 500, orderBy: "changeTimestamp:ASC" };
  const { data } = await (await postAudit(simulator, from)).json();
  assert.equal(data.length, 3);
  assert.equal(data[0].changeDate, "2024-03-10T12:01:00Z");
  assert.deepEqual(data[2], {
    changeDate: "2024-03-10T13:00:00.300Z",
    accountId: "le1",
    objectType: "CONTENT_CATEGORY",
    element: "Enabled",
    changeType: "CREATE",
    userId: "7",
    changedBy: "sam",
    requestId: 9,
  });
  const wrong = [
    { query },
    { fromData: "yesterday" },
    { ...from, offset: -1 },
    { ...from, orderBy: "x" },
  ];
  for (const body of wrong) {
    const answer = await postAudit(simulator, body);
    await answer.body?.cancel();
    assert.equal(answer.status, 400, JSON.stringify(body));
  }
});

Deno.test("accounts keep their records apart, and an unknown one is an error", async () => {
  const other = { ...ACCOUNT, accountId: "le2" };
  await using simulator = await startLivePerson({ accounts: [ACCOUNT, other] });
  simulator.add([record({ objectName: "mine" }), record({ accountId: "le2" })]);
  assert.deepEqual(await names(simulator), ["mine"]);
  assert.equal(simulator.log("le2").size, 1);
  assert.throws(() => simulator.add([record({ accountId: "le3" })]), /le3/);
});

Deno.test("a host that an account has left answers audit and token requests with its status", async () => {
  await using simulator = await startLivePerson({ accounts });
  const bearer = await token(simulator);
  simulator.leftHosts = new Map([[simulator.host, 503]]);
  const answers = [await requestToken(simulator), await postAudit(simulator, { query }, bearer)];
  assert.deepEqual(answers.map(({ status }) => status), [503, 503]);
  const domain = `/api/account/le1/service/sentinel/baseURI.json?version=1.0`;
  answers.push(await fetch(`${simulator.url}${domain}`));
  assert.equal(answers[2].status, 200);
  for (const { body } of answers) await body?.cancel();
});

Deno.test("a bad token is refused with the status that was chosen, and answers tell the simulator's time", async () => {
  const now = Date.UTC(2024, 2, 10);
  await using simulator = await startLivePerson({
    accounts,
    now: () => now,
    refusedTokenStatus: 403,
  });
  const bearer = await token(simulator);
  simulator.revokeTokens();
  const answer = await postAudit(simulator, { query }, bearer);
  await answer.body?.cancel();
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get("date"), "Sun, 10 Mar 2024 00:00:00 GMT");
});

Deno.test("what becomes of a page that holds a record which can't be rendered", async () => {
  await using simulator = await startLivePerson({ accounts });
  simulator.add(series(3));
  simulator.unrenderable = ({ objectName }) => objectName === "1";
  const first = async (body: unknown) => {
    const answer = await postAudit(simulator, body);
    return { status: answer.status, ...await answer.json() };
  };
  const graphql = { query: "{auditData(orderDirection: [ASC]){objectName}}" };
  assert.equal((await first(graphql)).data.auditData[1], null);
  simulator.unrenderedAs = "null and error";
  const { data, errors } = await first(graphql);
  assert.deepEqual([data.auditData[1], errors[0].path], [null, ["auditData", 1]]);
  simulator.unrenderedAs = "error";
  const failed = await first(graphql);
  assert.deepEqual([failed.status, failed.data.auditData, failed.errors.length], [200, null, 1]);
  simulator.unrenderedAs = "500";
  assert.equal((await first(graphql)).status, 500);

  simulator.wire = "rest";
  const rest = { fromData: "2024-03-10T00:00:00Z", orderBy: "changeTimestamp:ASC" };
  assert.equal((await first(rest)).status, 500);
  simulator.unrenderedAs = "null";
  assert.equal((await first(rest)).data[1], null);
});

Deno.test("an account that speaks both wires, and a query that is answered with an error", async () => {
  await using simulator = await startLivePerson({ accounts, wire: "both" });
  const rest = await postAudit(simulator, { fromData: "2024-03-10T00:00:00Z" });
  assert.deepEqual(await rest.json(), { data: [] });
  simulator.failsWith = (text) => `Unknown error in ${text}`;
  const { data, errors } = await (await postAudit(simulator, { query })).json();
  assert.deepEqual([data, errors[0].message], [null, `Unknown error in ${query}`]);
});
