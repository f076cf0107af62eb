/**
 * Everything that can go wrong outside. Whatever it is, the run is seen as failed (by the platform,
 * in the log and in `/status`, with what to do), the cursor stays before what is undelivered, and the
 * next run after it delivers every event exactly once.
 */
import assert from "node:assert/strict";
import type { Fault, FaultTarget } from "../../scripts/simulators/faults.ts";
import { type AuditRecord, generateRecords } from "../../scripts/simulators/records.ts";
import { ACCOUNT, change, HOUR_MS, SECRETS, until } from "../environment.ts";
import { type Json, Stage } from "./stage.ts";

interface Failure {
  readonly name: string;
  /** Makes something go wrong; clearing the faults and `repair` put it right. */
  readonly spoil: (stage: Stage) => void;
  readonly code: string;
  readonly upstream: "domain" | "token" | "audit" | "xsiam";
  /** What it answered; undefined if nothing that could be read. */
  readonly status?: number;
  /** What the problem's detail and advice must say. */
  readonly says: RegExp;
  /** Requests that the run made to it, retries included; any number if left out. */
  readonly attempts?: number;
}

const HTML = "<!DOCTYPE html><title>Sign in</title>";
const html = { garbage: HTML, contentType: "text/html" };
/** A wait that no run affords. */
const comeBackInAnHour = { status: 429, headers: { "Retry-After": "3600" } };

/** What several failures have in common, wherever they happen. */
const UNREADABLE = { code: "upstream_unreadable", status: 200, attempts: 1 };
const UNREACHABLE = { code: "upstream_unreachable", attempts: 4 };
const TOLD_TO_WAIT = {
  name: "429 that asks for a longer wait than a run affords",
  code: "upstream_rate_limited",
  status: 429,
  attempts: 1,
};

/** A failure that a lasting fault makes. */
function fault(
  target: FaultTarget,
  what: Fault,
  failure: Omit<Failure, "spoil" | "upstream">,
): Failure {
  const upstream = target === "push" ? "xsiam" : target;
  return {
    upstream,
    spoil: ({ livePerson, xsiam }) => {
      (target === "push" ? xsiam : livePerson).faults.always(target, what);
    },
    ...failure,
  };
}

/** A failure on the way to a new token, once the remembered one has become worthless. */
function tokenFault(what: Fault, failure: Omit<Failure, "spoil" | "upstream">): Failure {
  const { spoil, ...rest } = fault("token", what, failure);
  return {
    ...rest,
    spoil(stage) {
      stage.livePerson.revokeTokens();
      spoil(stage);
    },
  };
}

function repair({ livePerson, xsiam, taps }: Stage): void {
  livePerson.faults.clear();
  livePerson.forbidden = false;
  livePerson.baseUri = taps.livePerson.host;
  livePerson.setSecret(ACCOUNT, SECRETS.LIVEPERSON_CLIENT_SECRET);
  xsiam.faults.clear();
  xsiam.apiKey = SECRETS.XSIAM_API_KEY;
  xsiam.compression = "gzip";
}

/** Shows one failure, and that nothing is lost by it. `all`: every record so far, to which new ones are added. */
async function assertFailsAndRecovers(stage: Stage, all: AuditRecord[], failure: Failure) {
  const before = await stage.stored();
  const deliveredBefore = stage.xsiam.count;
  const totalBefore = (await stage.status()).health.totals;
  all.push(...stage.addRecent(3));

  failure.spoil(stage);
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "exception");
  assert.equal(report.level, "error");
  assert.equal(report.outcome, "failed");
  assertTold(report.problem, failure);
  const { attempts } = failure;
  if (attempts !== undefined) assert.equal(report.requests[failure.upstream], attempts);
  assert.equal(report.delivered, 0);
  assert.equal(stage.xsiam.count, deliveredBefore);
  // what is refused is set aside, and the cursor moves on
  if (failure.code !== "destination_refuses_everything") {
    assert.deepEqual(await stage.stored(), before);
  }

  const failing = await stage.status();
  assert.equal(failing.state, "failing");
  assert.deepEqual(failing.health.lastRun.problem, report.problem);
  assert.equal(failing.health.totals.failedRuns, totalBefore.failedRuns + 1);
  const byHand = await stage.post("/collect");
  assert.equal(byHand.status, report.problem.status);
  assert.equal(byHand.headers.get("Content-Type"), "application/problem+json");
  assertTold(byHand.body, failure);

  repair(stage);
  assert.equal((await stage.cron()).invocation, "ok");
  stage.assertDelivered(all);
  assert.equal((await stage.status()).state, "healthy");
  assert.ok(
    [stage.taps.livePerson, stage.taps.xsiam].every(({ targets }) => !targets.includes(TRAP)),
  );
}

function assertTold(problem: Json, { code, upstream, status, says }: Failure): void {
  assert.equal(problem.code, code);
  assert.deepEqual(problem.upstream, { name: upstream, ...(status !== undefined && { status }) });
  assert.ok(problem.status >= 500);
  assert.match(`${problem.detail} ${problem.action}`, says);
}

/** Where redirects lead; nobody may go there. */
const TRAP = "/trap";
const redirect = { redirect: TRAP };

const AUDIT_FAILURES: Failure[] = [
  fault("audit", { status: 401 }, {
    name: "401 for ever, with a new token too",
    code: "token_refused",
    status: 401,
    says: /new access token|API key/,
    attempts: 2,
  }),
  {
    name: "403",
    spoil: ({ livePerson }) => livePerson.forbidden = true,
    code: "audit_forbidden",
    upstream: "audit",
    status: 403,
    says: /enable the Audit Trail API/,
    // with a new token, too
    attempts: 2,
  },
  fault("audit", comeBackInAnHour, { ...TOLD_TO_WAIT, says: /next run continues/ }),
  fault("audit", { status: 429 }, {
    name: "429 for ever",
    code: "upstream_rate_limited",
    status: 429,
    says: /run the cron trigger less often/,
    attempts: 4,
  }),
  fault("audit", { status: 500, body: "oops" }, {
    name: "500 for ever",
    code: "upstream_failed",
    status: 500,
    says: /audit API answered 500.*next run tries again/,
    // once more with a new token, then single records, to tell it from a page that can't be had
    attempts: 10,
  }),
  fault("audit", { status: 503, body: HTML, contentType: "text/html" }, {
    name: "503 with HTML",
    code: "upstream_failed",
    status: 503,
    says: /audit API answered 503/,
    attempts: 10,
  }),
  fault("audit", { drop: "before" }, {
    ...UNREACHABLE,
    name: "a connection that is dropped",
    says: /audit API .*could not be reached/,
  }),
  fault("audit", { half: true }, {
    ...UNREACHABLE,
    name: "half an answer",
    says: /audit API .*broke off before its answer was complete/,
  }),
  fault("audit", { garbage: '{"data":{"auditData":[' }, {
    ...UNREADABLE,
    name: "garbage instead of JSON",
    says: /not JSON/,
  }),
  fault("audit", html, { ...UNREADABLE, name: "HTML instead of JSON", says: /HTML.*login page/ }),
  fault("audit", { garbage: '{"data":null}' }, {
    ...UNREADABLE,
    name: "JSON that is neither of the formats",
    says: /no list of records/,
  }),
  fault("audit", { garbage: '{"errors":[{"message":"Internal server error"}]}' }, {
    name: "a GraphQL error",
    code: "upstream_failed",
    status: 200,
    says: /GraphQL error: Internal server error/,
    attempts: 6,
  }),
  fault("audit", redirect, {
    name: "a redirect",
    code: "upstream_redirected",
    status: 302,
    says: /audit API .*a redirect/,
    attempts: 2,
  }),
  fault("audit", { status: 404 }, {
    name: "404 for ever, at a host that the Domain API still names",
    code: "audit_refused",
    status: 404,
    says: /audit API answered 404.*LIVEPERSON_AUDIT_API/,
    attempts: 2,
  }),
  {
    name: "a host that is gone, and the Domain API names a foreign one instead",
    spoil({ livePerson }) {
      livePerson.faults.always("audit", { drop: "before" });
      livePerson.baseUri = "audit.example.com";
    },
    code: "discovered_host_refused",
    upstream: "domain",
    status: 200,
    says: /audit\.example\.com.*No credentials were sent/,
    attempts: 1,
  },
];

const TOKEN_FAILURES: Failure[] = [
  {
    name: "a wrong secret",
    spoil({ livePerson }) {
      livePerson.revokeTokens();
      livePerson.setSecret(ACCOUNT, "rotated");
    },
    code: "credentials_refused",
    upstream: "token",
    status: 401,
    says: /LIVEPERSON_CLIENT_SECRET/,
    attempts: 1,
  },
  tokenFault(comeBackInAnHour, { ...TOLD_TO_WAIT, says: /authorization server answered 429/ }),
  tokenFault({ status: 500 }, {
    name: "500 for ever",
    code: "upstream_failed",
    status: 500,
    says: /authorization server answered 500/,
    attempts: 4,
  }),
  tokenFault({ drop: "before" }, {
    ...UNREACHABLE,
    name: "a connection that is dropped",
    says: /authorization server .*could not be reached/,
  }),
  tokenFault(html, {
    ...UNREADABLE,
    name: "HTML instead of JSON",
    says: /no access token.*login page/,
  }),
  tokenFault({ garbage: '{"token_type":"Bearer"}' }, {
    ...UNREADABLE,
    name: "an answer without a token",
    says: /no access token/,
  }),
  tokenFault({ garbage: JSON.stringify({ access_token: "a\r\nX: 1", expires_in: 1e11 }) }, {
    ...UNREADABLE,
    name: "a token that no header can hold",
    says: /no access token/,
  }),
  tokenFault(redirect, {
    name: "a redirect",
    code: "upstream_redirected",
    status: 302,
    says: /authorization server .*a redirect/,
    attempts: 1,
  }),
];

const XSIAM_FAILURES: Failure[] = [
  {
    name: "401",
    spoil: ({ xsiam }) => xsiam.apiKey = "rotated",
    code: "destination_unauthorized",
    upstream: "xsiam",
    status: 401,
    says: /XSIAM_API_KEY/,
    attempts: 1,
  },
  fault("push", { status: 404, body: "Not found" }, {
    name: "404",
    code: "destination_not_found",
    status: 404,
    says: /XSIAM_URL/,
    attempts: 1,
  }),
  fault("push", { status: 413 }, {
    name: "413 to whatever is sent",
    code: "destination_refuses_everything",
    status: 413,
    says: /Runs keep what is refused, or read it again, and try it again/,
  }),
  fault("push", comeBackInAnHour, { ...TOLD_TO_WAIT, says: /XSIAM answered 429/ }),
  fault("push", { status: 429 }, {
    name: "429 for ever",
    code: "upstream_rate_limited",
    status: 429,
    says: /XSIAM answered 429/,
    attempts: 4,
  }),
  fault("push", { status: 500, body: "Internal server error" }, {
    name: "500 for ever",
    code: "upstream_failed",
    status: 500,
    says: /XSIAM answered 500/,
    attempts: 4,
  }),
  {
    name: "500 because the compression is not what the collector is set to",
    spoil: ({ xsiam }) => xsiam.compression = "none",
    code: "destination_refuses_everything",
    upstream: "xsiam",
    status: 500,
    says: /XSIAM_COMPRESSION/,
  },
  fault("push", { drop: "before" }, {
    ...UNREACHABLE,
    name: "a connection that is dropped",
    says: /XSIAM .*could not be reached/,
  }),
  fault("push", html, {
    ...UNREADABLE,
    name: "200 with HTML",
    says: /nothing counts as delivered.*login page/,
  }),
  fault("push", { garbage: '{"error":"true"}' }, {
    ...UNREADABLE,
    name: "200 that acknowledges nothing",
    says: /nothing counts as delivered/,
  }),
  fault("push", redirect, {
    name: "a redirect",
    code: "upstream_redirected",
    status: 302,
    says: /XSIAM .*a redirect/,
    attempts: 1,
  }),
];

const TIMEOUTS: Failure[] = [
  fault("audit", { hang: true }, {
    name: "the audit API",
    code: "upstream_timeout",
    says: /audit API .*did not answer within 200 ms/,
    attempts: 8,
  }),
  tokenFault({ hang: true }, {
    name: "the authorization server",
    code: "upstream_timeout",
    says: /authorization server .*did not answer within 200 ms/,
    attempts: 4,
  }),
  fault("push", { hang: true }, {
    name: "XSIAM",
    code: "upstream_timeout",
    says: /XSIAM .*did not answer within 200 ms/,
    attempts: 4,
  }),
];

const GROUPS: [string, Failure[], Record<string, string>][] = [
  ["the audit API fails with", AUDIT_FAILURES, {}],
  ["the authorization server fails with", TOKEN_FAILURES, {}],
  ["XSIAM fails with", XSIAM_FAILURES, {}],
  ["what never answers is given up after REQUEST_TIMEOUT:", TIMEOUTS, {
    REQUEST_TIMEOUT: "0.2 seconds",
  }],
];

for (const [name, failures, settings] of GROUPS) {
  Deno.test(name, async (t) => {
    await using stage = await Stage.open({ settings });
    const all = [...stage.addRecent(3)];
    await stage.cron();
    for (const failure of failures) {
      await t.step(failure.name, async () => {
        try {
          await assertFailsAndRecovers(stage, all, failure);
        } finally {
          repair(stage);
        }
      });
    }
  });
}

const baseUri = (text: string) => ({ garbage: JSON.stringify({ baseURI: text }) });
const foreignHost = (host: string) =>
  fault("domain", baseUri(host), {
    name: `the foreign host ${host}`,
    code: "discovered_host_refused",
    status: 200,
    says: new RegExp(`${RegExp.escape(JSON.stringify(host))}.*No credentials were sent`),
    attempts: 1,
  });

const DOMAIN_FAILURES: Failure[] = [
  fault("domain", { status: 404 }, {
    name: "404",
    code: "discovery_failed",
    status: 404,
    says: /LIVEPERSON_ACCOUNT_ID/,
    attempts: 1,
  }),
  fault("domain", { status: 500 }, {
    name: "500 for ever",
    code: "upstream_failed",
    status: 500,
    says: /Domain API answered 500/,
    attempts: 4,
  }),
  fault("domain", html, {
    ...UNREADABLE,
    name: "HTML instead of JSON",
    says: /no baseURI.*login page/,
  }),
  fault("domain", redirect, {
    name: "a redirect",
    code: "upstream_redirected",
    status: 302,
    says: /Domain API .*a redirect/,
    attempts: 1,
  }),
  foreignHost("audit.example.com"),
  foreignHost("va.acr.liveperson.net.example.com"),
  foreignHost("127.0.0.1@audit.example.com"),
  foreignHost("10.0.0.1"),
];

Deno.test("discovery fails with", async (t) => {
  for (const failure of DOMAIN_FAILURES) {
    await t.step(failure.name, async () => {
      await using stage = await Stage.open();
      await assertFailsAndRecovers(stage, [], {
        ...failure,
        spoil(spoilt) {
          failure.spoil(spoilt);
          assert.equal(spoilt.asked().token, undefined);
        },
      });
    });
  }

  await t.step("a foreign authorization server, which gets no credentials", async () => {
    await using stage = await Stage.open({ settings: { LIVEPERSON_AUTH_SERVER_URL: undefined } });
    const asksForSentinel = (n: number) => n === 1;
    stage.livePerson.faults.when(
      "domain",
      (n) => asksForSentinel(n) ? baseUri("sentinel.example.com") : undefined,
    );
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "exception");
    assert.equal(report.problem.code, "discovered_host_refused");
    assert.match(report.problem.detail, /"sentinel\.example\.com" for sentinel/);
    assert.deepEqual(stage.asked(), { domain: 2 });
  });
});

Deno.test("a failure that passes is got over within the run:", async (t) => {
  await using stage = await Stage.open({ settings: { REQUEST_TIMEOUT: "0.2 seconds" } });
  const all = [...stage.addRecent(3)];
  await stage.cron();

  const passing: [string, FaultTarget, Fault, number][] = [
    ["500 from the audit API", "audit", { status: 500 }, 3],
    ["429 from the audit API", "audit", { status: 429, headers: { "Retry-After": "0" } }, 1],
    ["half an answer of the audit API", "audit", { half: true }, 1],
    ["a connection that the audit API drops", "audit", { drop: "before" }, 1],
    ["an audit call that is never answered", "audit", { hang: true }, 1],
    ["502 from the authorization server", "token", { status: 502 }, 3],
    ["500 from XSIAM", "push", { status: 500 }, 3],
    ["429 from XSIAM", "push", { status: 429 }, 1],
    ["a connection that XSIAM drops", "push", { drop: "before" }, 1],
    ["a push that is never answered", "push", { hang: true }, 1],
  ];
  for (const [name, target, what, times] of passing) {
    await t.step(name, async () => {
      all.push(...stage.addRecent(3));
      if (target === "token") stage.livePerson.revokeTokens();
      (target === "push" ? stage.xsiam : stage.livePerson).faults.next(target, what, times);
      const { invocation, report } = await stage.cron();
      assert.equal(invocation, "ok");
      assert.equal(report.retries, times);
      stage.assertDelivered(all);
    });
  }

  await t.step("429 with Retry-After, which is waited for", async () => {
    all.push(...stage.addRecent(3));
    const rejection = { status: 429, headers: { "Retry-After": "1" } };
    stage.livePerson.faults.next("audit", rejection);
    const { invocation, report } = await stage.cron();
    assert.equal(invocation, "ok");
    assert.ok(report.durationMs >= 1000, `${report.durationMs} ms`);
    stage.assertDelivered(all);
  });
});

/** Several pages, or several batches if the values are large. */
function manyRecords(count: number): AuditRecord[] {
  const toMs = Date.now() - 2000;
  return generateRecords({
    seed: 3,
    count,
    fromMs: toMs - HOUR_MS,
    toMs,
    accountId: ACCOUNT,
    automaticShare: 0,
  });
}

Deno.test("a token that dies between two pages is renewed once, and nothing is lost", async () => {
  await using stage = await Stage.open();
  const all = stage.add(manyRecords(1200));
  stage.livePerson.faults.when("audit", (n) => void (n === 1 && stage.livePerson.revokeTokens()));
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "ok");
  assert.equal(report.requests.token, 2);
  assert.equal(report.requests.audit, 4);
  stage.assertDelivered(all);
});

Deno.test("a run that fails at a later page gives up nothing", async () => {
  await using stage = await Stage.open();
  const all = stage.add(manyRecords(1200));
  stage.livePerson.faults.when("audit", (n) => n >= 2 ? { status: 403 } : undefined);
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "exception");
  assert.equal(report.problem.code, "audit_forbidden");
  assert.equal(report.delivered, stage.xsiam.count);
  repair(stage);
  await stage.cron();
  stage.assertDelivered(all);
});

Deno.test("a run that fails at a later batch keeps what was acknowledged", async () => {
  await using stage = await Stage.open();
  const all = stage.add(
    Array.from({ length: 150 }, () => change({ newValue: "v".repeat(20_000) })),
  );
  stage.xsiam.faults.when("push", (n) => n >= 1 ? { status: 500 } : undefined);
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "exception");
  assert.equal(report.problem.code, "upstream_failed");
  assert.ok(report.delivered > 0 && report.delivered < all.length);
  assert.equal(stage.xsiam.count, report.delivered);
  repair(stage);
  assert.equal((await stage.cron()).report.delivered, all.length - report.delivered);
  stage.assertDelivered(all);
});

Deno.test("events whose acknowledgement is lost come again, with the same ids", async (t) => {
  for (const lost of [{ half: true }, { drop: "after" }] as const) {
    await t.step(Object.keys(lost)[0], async () => {
      await using stage = await Stage.open();
      const all = stage.addRecent(3);
      stage.xsiam.faults.next("push", lost);
      assert.equal((await stage.cron()).invocation, "ok");
      assert.deepEqual([...stage.xsiam.ids.values()], all.map(() => 2));
      const [once, again] = [stage.xsiam.events.slice(0, 3), stage.xsiam.events.slice(3)];
      assert.deepEqual(again, once);
    });
  }
});

Deno.test("a wrong XSIAM_COMPRESSION is told as that, however many events wait", async () => {
  await using stage = await Stage.open({ xsiam: { compression: "none" } });
  stage.add(manyRecords(1200));
  const { invocation, report } = await stage.cron();
  assert.equal(invocation, "exception");
  assert.equal(report.problem.code, "destination_refuses_everything");
  assert.match(report.problem.action, /XSIAM_COMPRESSION/);
  assert.equal((await stage.status()).deadLetters, 0);
});

Deno.test("settings that are not valid", async (t) => {
  const cases: [string, Record<string, string | undefined>, RegExp[]][] = [
    ["are all named at once", {
      LIVEPERSON_ACCOUNT_ID: "no account",
      LIVEPERSON_CLIENT_ID: undefined,
      LIVEPERSON_AUTH_SERVER_URL: "http://va.sentinel.liveperson.net",
      MAX_FETCH: "0",
      FETCH_EVENTS: "perhaps",
      XSIAM_API_KEY: "h4lf-a-key h4lf-a-key",
    }, [
      /LIVEPERSON_ACCOUNT_ID must be 1 to 20 letters/,
      /LIVEPERSON_CLIENT_ID is not set/,
      /LIVEPERSON_AUTH_SERVER_URL must use https/,
      /MAX_FETCH must be a whole number/,
      /FETCH_EVENTS must be true or false/,
      /XSIAM_API_KEY has spaces/,
    ]],
    ["for lack of a platform's feature say which one has it", {
      TRUST_ANY_CERTIFICATE: "true",
      USE_SYSTEM_PROXY: "true",
    }, [
      /TRUST_ANY_CERTIFICATE can't be used on Cloudflare Workers.*under Deno/,
      /USE_SYSTEM_PROXY can't be used on Cloudflare Workers.*under Deno/,
    ]],
  ];
  for (const [name, settings, details] of cases) {
    await t.step(name, async () => {
      await using stage = await Stage.open({ settings });
      for (
        const [method, path] of [["POST", "/collect"], ["GET", "/status"], ["GET", "/get-events"]]
      ) {
        const answer = await stage.request(method, path);
        assert.equal(answer.status, 503, path);
        assert.equal(answer.body.code, "configuration_invalid");
        for (const detail of details) assert.match(answer.body.detail, detail);
      }
      assert.equal((await stage.get("/healthz")).status, 200);
      assert.equal(await stage.fireCron(), "exception");
      assert.deepEqual(stage.asked(), {});
      assert.equal(stage.xsiam.requests.length, 0);
    });
  }

  await t.step("fail the cron with one JSON log line that names them", async () => {
    await using stage = await Stage.open({ settings: { MAX_FETCH: "many" } });
    assert.equal(await stage.fireCron(), "exception");
    await until("the log line", () => stage.logLines(isFailure).length > 0, 3000);
    const [line] = stage.logLines(isFailure);
    assert.equal(line.problem.code, "configuration_invalid");
    assert.match(line.problem.detail, /MAX_FETCH must be a whole number/);
  });
});

function isFailure({ event }: Json): boolean {
  return event === "run_failed";
}
