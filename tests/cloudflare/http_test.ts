/** The HTTP side of the Worker: who may use it, how it refuses, and what its routes answer. */
import assert from "node:assert/strict";
import { VERSION } from "../../src/version.ts";
import { ACCOUNT, SECRETS } from "../environment.ts";
import { type Answer, type Json, Stage } from "./stage.ts";

/** Every route that needs the token, with its methods. */
const ROUTES: Record<string, string[]> = {
  "/get-events": ["GET", "POST"],
  "/collect": ["POST"],
  "/test-connection": ["POST"],
  "/status": ["GET"],
  "/dead-letters": ["GET", "DELETE"],
  "/dead-letters/redeliver": ["POST"],
  "/cursor": ["DELETE"],
};
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

function assertProblem(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status);
  assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
  assert.equal(answer.body.status, status);
  assert.equal(answer.body.code, code);
  for (const member of ["type", "title", "detail", "action"]) {
    assert.ok(answer.body[member].length > 0, `the problem has no ${member}`);
  }
}

function assertSecured({ headers }: Answer): void {
  assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
  assert.equal(headers.get("X-Frame-Options"), "DENY");
  assert.equal(headers.get("Referrer-Policy"), "no-referrer");
  assert.match(headers.get("Strict-Transport-Security") ?? "", /max-age=\d{7,}/);
  assert.equal(headers.get("Cache-Control"), "no-store");
  assert.equal(headers.get("X-Powered-By"), null);
}

Deno.test("the Worker by HTTP", async (t) => {
  await using stage = await Stage.open();

  await t.step("says on /healthz that it is up, and its version, to everybody", async () => {
    const answer = await stage.request("GET", "/healthz", { token: null });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { status: "up", version: VERSION });
    assertSecured(answer);
  });

  await t.step("answers nothing else without the token", async () => {
    const tokens = [null, "wrong", `${SECRETS.API_TOKEN}x`, SECRETS.API_TOKEN.slice(0, -1), ""];
    for (const [path, methods] of Object.entries(ROUTES)) {
      for (const method of methods) {
        for (const token of tokens) {
          const answer = await stage.request(method, path, { token });
          assertProblem(answer, 401, "unauthorized");
          assert.equal(answer.headers.get("WWW-Authenticate"), "Bearer");
          assertSecured(answer);
        }
      }
    }
    const basic = { Authorization: `Basic ${btoa(`api:${SECRETS.API_TOKEN}`)}` };
    const answer = await stage.request("GET", "/status", { token: null, headers: basic });
    assertProblem(answer, 401, "unauthorized");
    assertProblem(
      await stage.request("GET", `/status?token=${SECRETS.API_TOKEN}`, { token: null }),
      401,
      "unauthorized",
    );
    assert.deepEqual(stage.asked(), {});
  });

  await t.step("has no other routes", async () => {
    for (const path of ["/nope", "/status/more", "/healthz/", "/.dev.vars"]) {
      const answer = await stage.get(path);
      assertProblem(answer, 404, "not_found");
      assertSecured(answer);
    }
  });

  await t.step("takes no other methods", async () => {
    for (const [path, allowed] of Object.entries({ ...ROUTES, "/healthz": ["GET"] })) {
      for (const method of METHODS.filter((name) => !allowed.includes(name))) {
        const answer = await stage.request(method, path);
        assertProblem(answer, 405, "method_not_allowed");
        assert.equal(answer.headers.get("Allow"), allowed.join(", "));
        assertSecured(answer);
      }
    }
    assert.deepEqual(stage.asked(), {});
  });

  await t.step("takes no body over 64 KiB", async () => {
    for (const path of ["/collect", "/test-connection"]) {
      for (const tellsLength of [true, false]) {
        assertProblem(await stage.postTooMuch(path, { tellsLength }), 413, "body_too_large");
      }
    }
    assert.deepEqual(stage.asked(), {});
  });

  await t.step("waits for the first run", async () => {
    const status = await stage.status();
    assert.equal(status.state, "waiting");
    assert.deepEqual([status.cursor, status.health.lastRun, status.lagSeconds], [null, null, null]);
  });

  await t.step("collects on POST /collect, and answers the report", async () => {
    const records = stage.addRecent(3);
    const answer = await stage.post("/collect");
    assert.equal(answer.status, 200);
    assert.equal(answer.body.outcome, "ok");
    assert.equal(answer.body.trigger, "http");
    assert.equal(answer.body.delivered, 3);
    assert.deepEqual(answer.body.requests, { domain: 1, token: 1, audit: 1, xsiam: 1 });
    stage.assertDelivered(records);
    assertSecured(answer);
  });

  await t.step("tells on /status the cursor, the last run and the lag", async () => {
    const status = await stage.status();
    assert.equal(status.state, "healthy");
    assert.equal(status.account, ACCOUNT);
    assert.equal(status.destination, stage.taps.xsiam.host);
    assert.ok(status.lagSeconds >= 0 && status.lagSeconds < 60);
    assert.equal(status.health.lastRun.delivered, 3);
    assert.equal(status.health.totals.delivered, 3);
    assert.equal(status.deadLetters, 0);
    assert.deepEqual(status.cursor, JSON.parse(Object.values(await stage.stored())[0]));
    assertSecured(await stage.get("/status"));
  });

  await t.step("starts over on DELETE /cursor, if that is confirmed with the account", async () => {
    for (const path of ["/cursor", "/cursor?confirm=", "/cursor?confirm=true"]) {
      assertProblem(await stage.request("DELETE", path), 400, "arguments_invalid");
    }
    assert.equal((await stage.cron()).report.delivered, 0);
    const answer = await stage.request("DELETE", `/cursor?confirm=${ACCOUNT}`);
    assert.equal(answer.status, 200);
    assert.deepEqual(await stage.stored(), {});
    assert.equal((await stage.cron()).report.delivered, 3);
    assert.ok([...stage.xsiam.ids.values()].every((times) => times === 2));
  });
});

Deno.test("without API_TOKEN every route is closed, and says what is missing", async () => {
  await using stage = await Stage.open({ settings: { API_TOKEN: undefined } });
  for (const [path, methods] of Object.entries(ROUTES)) {
    for (const token of [null, "", "undefined"]) {
      const answer = await stage.request(methods[0], path, { token });
      assertProblem(answer, 503, "api_token_missing");
      assert.match(answer.body.detail, /API_TOKEN/);
      assertSecured(answer);
    }
  }
  assert.equal((await stage.get("/healthz")).status, 200);
  assert.equal(await stage.fireCron(), "ok", "the cron needs no API token");
});

Deno.test("without XSIAM the events can be read, but neither collected nor pushed", async () => {
  await using stage = await Stage.open({
    settings: { XSIAM_URL: undefined, XSIAM_API_KEY: undefined },
  });
  stage.addRecent(3);
  assert.equal((await stage.get("/get-events")).body.count, 3);
  assert.equal((await stage.post("/test-connection")).status, 200);
  for (const path of ["/collect", "/get-events?should_push_events=true"]) {
    const answer = await stage.post(path);
    assertProblem(answer, 503, "destination_not_configured");
    assert.match(answer.body.action, /XSIAM_URL and XSIAM_API_KEY/);
  }
});

Deno.test("the test of the connection", async (t) => {
  const STEPS = ["configuration", "discovery", "token", "audit", "destination"];

  function assertSteps(steps: Json[], outcomes: string[]): void {
    assert.deepEqual(steps.map(({ step }) => step), STEPS);
    // XSIAM has no call that changes nothing
    assert.deepEqual(steps.map(({ outcome }) => outcome), [...outcomes, "skipped"]);
    assert.ok(steps.every(({ milliseconds }) => Number.isInteger(milliseconds)));
  }

  await t.step("succeeds when every step does, whatever was remembered", async () => {
    await using stage = await Stage.open();
    for (const times of [1, 2]) {
      const { status, body } = await stage.post("/test-connection");
      assert.equal(status, 200);
      assert.equal(body.ok, true);
      assertSteps(body.steps, ["ok", "ok", "ok", "ok"]);
      assert.deepEqual(stage.asked(), { domain: times, token: times, audit: times });
    }
    assert.deepEqual(await stage.stored(), {});
    assert.equal(stage.xsiam.requests.length, 0);
  });

  await t.step("fails at the configuration", async () => {
    await using stage = await Stage.open({ settings: { MAX_FETCH: "many" } });
    const answer = await stage.post("/test-connection");
    assertProblem(answer, 502, "configuration_invalid");
    assert.match(answer.body.detail, /MAX_FETCH must be a whole number/);
    assertSteps(answer.body.steps, ["failed", "skipped", "skipped", "skipped"]);
  });

  await using stage = await Stage.open();
  const failures: [string, () => void, string[], string, RegExp][] = [
    [
      "discovery",
      () => stage.livePerson.faults.always("domain", { status: 404 }),
      ["ok", "failed", "skipped", "skipped"],
      "discovery_failed",
      /LIVEPERSON_ACCOUNT_ID/,
    ],
    [
      "the token",
      () => stage.livePerson.setSecret(ACCOUNT, "another"),
      ["ok", "ok", "failed", "skipped"],
      "credentials_refused",
      /LIVEPERSON_CLIENT_SECRET/,
    ],
    [
      "the audit call",
      () => stage.livePerson.forbidden = true,
      ["ok", "ok", "ok", "failed"],
      "audit_forbidden",
      /Audit Trail API/,
    ],
    [
      "the audit call, with a token that is dead",
      () => stage.livePerson.faults.always("audit", { status: 401 }),
      ["ok", "ok", "ok", "failed"],
      "token_refused",
      /API key/,
    ],
  ];
  for (const [step, spoil, outcomes, code, action] of failures) {
    await t.step(`fails at ${step}, and says what to do`, async () => {
      spoil();
      const answer = await stage.post("/test-connection");
      assertProblem(answer, 502, code);
      assert.equal(answer.body.ok, false);
      assert.match(answer.body.action, action);
      assertSteps(answer.body.steps, outcomes);
      stage.livePerson.faults.clear();
      stage.livePerson.setSecret(ACCOUNT, SECRETS.LIVEPERSON_CLIENT_SECRET);
      stage.livePerson.forbidden = false;
    });
  }
});
