/** The rules of the settings: what each of them takes, its default, and how bad ones are told. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import { type PlatformName, readSettings, type Settings } from "../../src/pipelines/settings.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const REQUIRED = {
  LIVEPERSON_ACCOUNT_ID: "le1",
  LIVEPERSON_CLIENT_ID: "client",
  LIVEPERSON_CLIENT_SECRET: "s3cret",
};

function read(given: Record<string, unknown>, platform: PlatformName = "workers"): Settings {
  return readSettings({ ...REQUIRED, ...given }, platform);
}

/** What is said about bad settings. */
function refusal(given: Record<string, unknown>, platform: PlatformName = "workers"): string {
  try {
    read(given, platform);
  } catch (error) {
    assert.ok(error instanceof CollectorError);
    assert.equal(error.code, "configuration_invalid");
    return error.details.detail;
  }
  assert.fail(`was taken: ${JSON.stringify(given)}`);
}

Deno.test("what isn't set has the documented default", () => {
  assert.deepEqual(read({}), {
    ...REQUIRED,
    LIVEPERSON_DOMAIN_API_URL: "https://api.liveperson.net",
    LIVEPERSON_AUDIT_API: "auto",
    FETCH_EVENTS: true,
    FIRST_FETCH: "3 days",
    DELIVER_OPERATOR_ACTIONS: false,
    MAX_DEAD_LETTERS: 5000,
    MAX_FETCH: 5000,
    LATE_ARRIVAL_WINDOW: 15 * MINUTE_MS,
    INCLUDE_LPA_CHANGES: true,
    INCLUDE_AUTOMATIC_UPDATES: false,
    TRUST_ANY_CERTIFICATE: false,
    USE_SYSTEM_PROXY: false,
    XSIAM_COMPRESSION: "gzip",
    XSIAM_FORMAT: "native",
    HEC_AUTH_SCHEME: "Splunk",
    HEC_SOURCE: "liveperson",
    HEC_SOURCETYPE: "liveperson:audit",
    HEC_FORMAT: "native",
    ELASTICSEARCH_INDEX: "logs-liveperson.audit-default",
    ELASTICSEARCH_COMPRESSION: "gzip",
    ELASTICSEARCH_FORMAT: "ecs",
    WEBHOOK_BODY: "ndjson",
    WEBHOOK_FORMAT: "native",
    S3_PREFIX: "liveperson/audit/",
    S3_FORMAT: "native",
    AZURE_MONITOR_STREAM: "Custom-LivePersonAudit",
    AZURE_MONITOR_LOGIN_URL: "https://login.microsoftonline.com",
    AZURE_MONITOR_FORMAT: "native",
    REQUEST_TIMEOUT: 30_000,
    REQUESTS_PER_RUN: 45,
    RETRY_DELAY: 5000,
    LAG_THRESHOLD: 60 * MINUTE_MS,
    UNDELIVERED_THRESHOLD: 100,
    DEBUG_TRACE: false,
  });
});

Deno.test("an empty setting counts as not set, and space around one doesn't matter", () => {
  const settings = read({
    XSIAM_AUTH_ID: "",
    MAX_FETCH: "  ",
    LIVEPERSON_AUTH_SERVER_URL: " ",
    LIVEPERSON_ACCOUNT_ID: " le1\n",
    FETCH_EVENTS: " FALSE ",
  });
  assert.equal(settings.XSIAM_AUTH_ID, undefined);
  assert.equal(settings.MAX_FETCH, 5000);
  assert.equal(settings.LIVEPERSON_AUTH_SERVER_URL, undefined);
  assert.equal(settings.LIVEPERSON_ACCOUNT_ID, "le1");
  assert.equal(settings.FETCH_EVENTS, false);
});

Deno.test("what is no setting is left alone", () => {
  assert.deepEqual(read({ CURSORS: { get() {} }, COLLECTOR: {}, PATH: "/bin" }), read({}));
});

Deno.test("account, client id and client secret are required", () => {
  for (const name of Object.keys(REQUIRED)) {
    for (const value of [undefined, "", "   "]) {
      assert.equal(refusal({ [name]: value }), `${name} is not set.`);
    }
  }
});

Deno.test("the account id follows the documented pattern", () => {
  for (const good of ["56072331", "le52642741", "A_b_9", "x".repeat(20)]) {
    assert.equal(read({ LIVEPERSON_ACCOUNT_ID: good }).LIVEPERSON_ACCOUNT_ID, good);
  }
  for (const bad of ["x".repeat(21), "a-b", "a b", "../x", "a/b", "é1"]) {
    assert.match(refusal({ LIVEPERSON_ACCOUNT_ID: bad }), /^LIVEPERSON_ACCOUNT_ID must be 1 to 20/);
  }
});

Deno.test("the authorization server is a host, and a pasted URL is forgiven", () => {
  const host = "https://va.sentinel.liveperson.net";
  const good = {
    "va.sentinel.liveperson.net": host,
    "VA.Sentinel.LivePerson.net": host,
    "https://va.sentinel.liveperson.net": host,
    "https://va.sentinel.liveperson.net/": host,
    "va.sentinel.liveperson.net/": host,
    " va.sentinel.liveperson.net ": host,
    "127.0.0.1:8080": "http://127.0.0.1:8080",
    "localhost:8080": "http://localhost:8080",
    "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
    "http://[::1]:8080": "http://[::1]:8080",
  };
  for (const [value, origin] of Object.entries(good)) {
    const settings = read({ LIVEPERSON_AUTH_SERVER_URL: value });
    assert.equal(settings.LIVEPERSON_AUTH_SERVER_URL, origin, value);
  }
  const bad: [string, RegExp][] = [
    ["va.sentinel.liveperson.net/sentinel", /must not contain a path/],
    ["https://va.sentinel.liveperson.net/api/v2", /must not contain a path/],
    ["va.sentinel.liveperson.net?x=1", /must not contain a path or a query/],
    ["va.sentinel.liveperson.net/#x", /must not contain a path or a query/],
    ["user:pa55word@va.sentinel.liveperson.net", /must not contain credentials/],
    ["https://user@va.sentinel.liveperson.net", /must not contain credentials/],
    ["http://va.sentinel.liveperson.net", /must use https/],
    ["http://127.0.0.1.example.com", /must use https/],
    ["http://localhost.example.com", /must use https/],
    ["ftp://va.sentinel.liveperson.net", /LIVEPERSON_AUTH_SERVER_URL /],
    ["not a host", /not a valid host/],
    ["https://", /not a valid host/],
  ];
  for (const [value, says] of bad) {
    const detail = refusal({ LIVEPERSON_AUTH_SERVER_URL: value });
    assert.match(detail, /^LIVEPERSON_AUTH_SERVER_URL /);
    assert.match(detail, says, value);
    assert.ok(!detail.includes("pa55word"));
  }
});

Deno.test("a URL begins with https, except on loopback", () => {
  for (const name of ["LIVEPERSON_DOMAIN_API_URL", "XSIAM_URL"] as const) {
    const given = (value: string) => ({
      XSIAM_URL: "https://api-t",
      XSIAM_API_KEY: "k",
      [name]: value,
    });
    assert.equal(read(given("https://api-t.example.com/"))[name], "https://api-t.example.com");
    assert.equal(read(given("http://127.0.0.1:1234"))[name], "http://127.0.0.1:1234");
    assert.match(refusal(given("http://api-t.example.com")), new RegExp(`${name} must use https`));
    assert.match(refusal(given("api-t.example.com")), new RegExp(`${name} must begin with https`));
    assert.match(
      refusal(given("https://api-t.example.com/logs/v1/other")),
      new RegExp(`${name} must not contain a path`),
    );
  }
});

Deno.test("a switch is true or false", () => {
  const names = ["FETCH_EVENTS", "INCLUDE_LPA_CHANGES", "INCLUDE_AUTOMATIC_UPDATES"] as const;
  for (const name of names) {
    assert.equal(read({ [name]: "true" })[name], true);
    assert.equal(read({ [name]: "False" })[name], false);
    for (const bad of ["yes", "1", "0", "no", "tru"]) {
      assert.equal(refusal({ [name]: bad }), `${name} must be true or false.`);
    }
  }
});

Deno.test("a choice is one of its words", () => {
  assert.equal(read({ LIVEPERSON_AUDIT_API: "rest" }).LIVEPERSON_AUDIT_API, "rest");
  assert.equal(read({ XSIAM_COMPRESSION: "none" }).XSIAM_COMPRESSION, "none");
  assert.match(refusal({ LIVEPERSON_AUDIT_API: "soap" }), /must be auto, graphql or rest/);
  assert.match(refusal({ XSIAM_COMPRESSION: "brotli" }), /must be gzip or none/);
});

Deno.test("REQUESTS_PER_RUN leaves room for the pushes, and for the processor's limit", () => {
  assert.equal(read({ REQUESTS_PER_RUN: "45" }).REQUESTS_PER_RUN, 45);
  assert.equal(read({ REQUESTS_PER_RUN: "2000" }).REQUESTS_PER_RUN, 2000);
  for (const bad of ["44", "2001", "all"]) {
    assert.equal(
      refusal({ REQUESTS_PER_RUN: bad }),
      "REQUESTS_PER_RUN must be a whole number from 45 to 2000.",
    );
  }
});

Deno.test("MAX_FETCH is a whole number from 1 on", () => {
  assert.equal(read({ MAX_FETCH: "1" }).MAX_FETCH, 1);
  assert.equal(read({ MAX_FETCH: "1000000" }).MAX_FETCH, 1_000_000);
  for (const bad of ["0", "-1", "1.5", "1e3", "0x10", "many", "1000001", "9".repeat(30)]) {
    assert.equal(
      refusal({ MAX_FETCH: bad }),
      "MAX_FETCH must be a whole number from 1 to 1000000.",
    );
  }
});

Deno.test("FIRST_FETCH is a time in the past, relative or ISO 8601", () => {
  for (
    const good of ["3 days", "2 weeks ago", "yesterday", "2023-10-25", "2023-10-25T10:00:00+02:00"]
  ) {
    assert.equal(read({ FIRST_FETCH: good }).FIRST_FETCH, good);
  }
  for (const bad of ["soon", "3", "days", "2023-02-30", "3 fortnights"]) {
    assert.match(refusal({ FIRST_FETCH: bad }), /^FIRST_FETCH must be a time such as 3 days/);
  }
});

Deno.test("a length of time has a unit, and bounds", () => {
  const good: [keyof Settings, string, number][] = [
    ["REQUEST_TIMEOUT", "0.5 seconds", 500],
    ["REQUEST_TIMEOUT", "1 minute", MINUTE_MS],
    ["RETRY_DELAY", "0 seconds", 0],
    ["LATE_ARRIVAL_WINDOW", "1 day", DAY_MS],
    ["LATE_ARRIVAL_WINDOW", "2 Hours", 120 * MINUTE_MS],
    ["LAG_THRESHOLD", "30 days", 30 * DAY_MS],
  ];
  for (const [name, value, ms] of good) assert.equal(read({ [name]: value })[name], ms);
  const bad: [string, string, RegExp][] = [
    ["REQUEST_TIMEOUT", "30", /must be a duration such as 30 seconds/],
    ["REQUEST_TIMEOUT", "half a minute", /must be a duration/],
    ["REQUEST_TIMEOUT", "-1 seconds", /must be a duration/],
    ["REQUEST_TIMEOUT", "0 seconds", /must not be shorter than 0.1 seconds/],
    ["REQUEST_TIMEOUT", "6 minutes", /must not be longer than 5 minutes/],
    ["RETRY_DELAY", "61 seconds", /must not be longer than 1 minute/],
    ["LATE_ARRIVAL_WINDOW", "2 days", /must not be longer than 1 day/],
    ["LAG_THRESHOLD", "1 second", /must not be shorter than 1 minute/],
  ];
  for (const [name, value, says] of bad) {
    const detail = refusal({ [name]: value });
    assert.ok(detail.startsWith(`${name} `), detail);
    assert.match(detail, says);
  }
});

Deno.test("XSIAM's URL and key are set both or not at all", () => {
  const both = { XSIAM_URL: "https://api-t.example.com", XSIAM_API_KEY: "k3y" };
  assert.equal(read(both).XSIAM_API_KEY, "k3y");
  assert.equal(
    refusal({ ...both, XSIAM_API_KEY: undefined }),
    "XSIAM_API_KEY is not set, but XSIAM_URL is.",
  );
  assert.equal(
    refusal({ ...both, XSIAM_URL: "" }),
    "XSIAM_URL is not set, but XSIAM_API_KEY is.",
  );
});

Deno.test("what Workers don't offer is refused there, and nowhere else", () => {
  for (const name of ["TRUST_ANY_CERTIFICATE", "USE_SYSTEM_PROXY"] as const) {
    const detail = refusal({ [name]: "TRUE" }, "workers");
    assert.match(detail, new RegExp(`^${name} can't be used on Cloudflare Workers.*under Deno`));
    assert.equal(read({ [name]: "false" }, "workers")[name], false);
    assert.equal(read({ [name]: "true" }, "deno")[name], true);
  }
});

Deno.test("all bad settings are told at once, each once, and no secret's value", () => {
  const secrets = {
    LIVEPERSON_CLIENT_SECRET: "",
    XSIAM_API_KEY: "p4rt-one p4rt-two",
    XSIAM_AUTH_ID: "p4rt-thrée",
    API_TOKEN: "p4rt\tfour",
  };
  const detail = refusal({
    ...secrets,
    LIVEPERSON_ACCOUNT_ID: undefined,
    LIVEPERSON_AUTH_SERVER_URL: "http://example.com",
    MAX_FETCH: "many",
    USE_SYSTEM_PROXY: "true",
  });
  const named = detail.split(". ").map((problem) => problem.split(" ")[0]);
  assert.deepEqual(named.sort(), [
    "API_TOKEN",
    "LIVEPERSON_ACCOUNT_ID",
    "LIVEPERSON_AUTH_SERVER_URL",
    "LIVEPERSON_CLIENT_SECRET",
    "MAX_FETCH",
    "USE_SYSTEM_PROXY",
    "XSIAM_API_KEY",
    "XSIAM_AUTH_ID",
    "XSIAM_URL",
  ]);
  assert.ok(!detail.includes("p4rt"));
});
