/**
 * Every answer that the API description has, asked for at the real Worker and held against it: routes,
 * methods, statuses, content types, and every field of every body.
 */
import assert from "node:assert/strict";
import { createApp } from "../../../src/http/app.ts";
import type { LogLine } from "../../../src/collector/platform.ts";
import { ACCOUNT, DAY_MS, SECOND } from "../../environment.ts";
import {
  type Answer,
  type Json,
  type RequestOptions,
  Stage,
  type StageOptions,
} from "../../cloudflare/stage.ts";
import { startElasticsearch } from "../../../scripts/simulators/elasticsearch.ts";
import { Described } from "./described.ts";

const ACCEPTED = ["application/json", "text/markdown", "application/x-ndjson"];
const READ = "read-t0ken-5a1d-77c2-4e09-8b3f-2c9d6e0f1a7b";
/** By the value of `format`. */
const EVENT_SCHEMAS = { native: "AuditEvent", ecs: "EcsEvent", ocsf: "OcsfEvent" };

Deno.test("the Worker answers what is described, and all that is described is answered", async (t) => {
  let described: Described | undefined;
  const step = (name: string, options: StageOptions, act: (api: Api) => Promise<void>) =>
    t.step(name, async () => {
      await using stage = await Stage.open(options);
      described ??= new Described((await stage.get("/openapi.json")).body);
      await act(new Api(stage, described));
    });

  await step("when all is well", {}, async (api) => {
    await api.ask("GET /openapi.json");
    await api.ask("GET /docs");
    await api.ask("GET /healthz", { token: null });
    await api.ask("GET /healthz", { query: "deep=true", expect: 503 });
    await api.ask("GET /status");
    await api.ask("POST /test-connection");
    api.stage.addRecent(3);
    await api.ask("POST /collect");
    await api.ask("GET /healthz", { query: "deep=true" });
    for (const accept of ACCEPTED) {
      for (const [format, schema] of Object.entries(EVENT_SCHEMAS)) {
        for (const name of ["GET /get-events", "POST /get-events"]) {
          const headers = { Accept: accept };
          const answer = await api.ask(name, { query: `format=${format}`, headers });
          if (accept !== "application/x-ndjson") continue;
          const lines = answer.text.trimEnd().split("\n");
          assert.equal(lines.length, 3);
          for (const line of lines) api.described.assertIs(schema, JSON.parse(line));
        }
      }
    }
    for (const accept of ["application/openmetrics-text", "text/plain"]) {
      await api.ask("GET /metrics", { headers: { Accept: accept } });
    }
    await api.ask("POST /backfill", { json: { from: "2 days" }, expect: 202 });
    await api.ask("POST /backfill", { json: { from: "1 day" }, expect: 409 });
    await api.ask("POST /collect");
    const { body } = await api.ask("GET /status");
    assert.ok(body.backfill !== null && body.health.lastRun !== null && body.cursor !== null);
    await api.ask("DELETE /backfill");
    await api.ask("DELETE /cursor", { query: `confirm=${ACCOUNT}` });
    await api.ask("GET /state", { expect: 409 });
    await api.ask("POST /state", { json: { rows: [], after: null, seal: "" }, expect: 409 });
  });

  await step("while collecting is paused", { settings: { FETCH_EVENTS: "false" } }, async (api) => {
    const { body: { next, ...page } } = await api.ask("GET /state");
    const keys = page.rows.map(({ key }: Json) => key);
    assert.deepEqual([keys, page.after, next], [["journal"], null, null]);
    await api.ask("POST /state", { json: page });
    const forged = { ...page, rows: [{ key: "backfill", value: "null" }] };
    assert.equal(
      (await api.ask("POST /state", { json: forged, expect: 409 })).body.code,
      "state_not_genuine",
    );
    const rows = [{ key: "journal", value: "damaged" }];
    await api.ask("POST /state", { json: { ...page, rows }, expect: 500 });
  });

  await step("when XSIAM refuses an event, and then goes on failing", {}, async (api) => {
    await api.keepLetter();
    const { letters: [{ eventId }] } =
      (await api.ask("GET /dead-letters", { query: "groups=true&limit=1" })).body;
    await api.ask("POST /dead-letters/redeliver", { json: { ids: [eventId] } });
    await api.keepLetter();
    await api.ask("DELETE /dead-letters", { query: "all=true&reason=x", expect: 400 });
    await api.ask("DELETE /dead-letters", { query: `ids=${eventId},none` });
    const { body } = await api.ask("DELETE /dead-letters", { query: "all=true" });
    assert.deepEqual(body, { discarded: 1, left: 0 });
    await api.keepLetter();
    api.stage.xsiam.apiKey = "another";
    await api.ask("POST /dead-letters/redeliver", { expect: 502 });
  });

  await step("when the request is wrong", {}, async (api) => {
    for (const [name, operation] of api.operations) {
      const token = "wrong";
      await api.ask(name, { token, query: "deep=true", expect: 401 });
      if (operation.responses[400]) {
        await api.ask(name, {
          query: `deep=true&account=${SECOND}&from=1+day&confirm=1`,
          expect: 400,
        });
      }
      if (operation.responses[413]) api.tell(name, await api.sendTooMuch(name), 413);
    }
    await api.ask("GET /healthz", { query: "deep=maybe", expect: 400 });
    await api.ask("GET /get-events", { query: "should_push_events=true", expect: 405 });
    for (const path of Object.keys(api.described.api.paths)) {
      const answer = await api.stage.request("PATCH", path);
      assert.equal(answer.status, 405);
      api.described.assertCommon("MethodNotAllowed", answer);
      assert.ok(answer.headers.get("Allow"));
    }
    api.described.assertCommon("NotFound", await api.stage.get("/nope"));
    assert.deepEqual(api.stage.asked(), {});
  });

  await step("with the token that only looks", {
    settings: { API_TOKEN_READ: READ },
  }, async (api) => {
    for (const [name, operation] of api.operations) {
      if (operation.responses[403]) await api.ask(name, { token: READ, expect: 403 });
    }
  });

  await step("after too many wrong tries", {}, async (api) => {
    for (let i = 0; i < 100; i++) await api.stage.request("GET", "/status", { token: "wrong" });
    for (const [name] of api.operations) {
      const answer = await api.ask(name, { token: "wrong", query: "deep=true", expect: 429 });
      assert.match(answer.headers.get("Retry-After")!, /^([1-9]|[1-5]\d|60)$/);
    }
  });

  await step("without API_TOKEN", { settings: { API_TOKEN: undefined } }, async (api) => {
    for (const [name] of api.operations) await api.ask(name, { query: "deep=true", expect: 503 });
  });

  await step("when the account may not read the audit trail", {}, async (api) => {
    api.stage.livePerson.forbidden = true;
    for (const name of READING) await api.ask(name, { expect: 502 });
    await api.ask("POST /test-connection", { expect: 502 });
    const { body } = await api.ask("GET /status");
    assert.equal(body.health.lastRun.problem.code, "audit_forbidden");
  });

  await step("when LivePerson asks for fewer requests", {}, async (api) => {
    const headers = { "Retry-After": "3600" };
    api.stage.livePerson.faults.always("audit", { status: 429, headers });
    for (const name of READING) await api.ask(name, { expect: 503 });
  });

  await step("when others are still waiting for events", {}, async (api) => {
    api.stage.livePerson.faults.always("audit", { delayMs: 300 });
    for (const name of ["GET /get-events", "POST /get-events"]) {
      const asked = Array.from({ length: 5 }, () => api.ask(name, { expect: 429 }));
      const turnedAway = (await Promise.allSettled(asked))
        .flatMap((one) => one.status === "fulfilled" ? [one.value] : []);
      assert.deepEqual(turnedAway.map(({ body }) => body.code), ["get_events_running"]);
      assert.equal(turnedAway[0].headers.get("Retry-After"), "5");
    }
  });

  await step("when the stored cursor is damaged", {}, async (api) => {
    api.stage.addRecent(1);
    const key = `cursor/${ACCOUNT}/audit/xsiam/${api.stage.taps.xsiam.host}`;
    await api.stage.worker.kv.put(key, "damaged");
    await api.ask("POST /collect", { expect: 500 });
    await api.ask("GET /status");
  });

  await step(
    "when the services don't answer in time",
    { settings: { REQUEST_TIMEOUT: "0.5 seconds" } },
    async (api) => {
      await api.keepLetter();
      api.stage.xsiam.faults.always("push", { hang: true });
      await api.ask("POST /dead-letters/redeliver", { expect: 504 });
      api.stage.livePerson.faults.always("audit", { hang: true });
      for (const name of READING) await api.ask(name, { expect: 504 });
    },
  );

  await step("for two accounts", twoAccounts({}), async (api) => {
    api.stage.addRecent(2);
    await api.ask("POST /collect");
    const { body } = await api.ask("GET /status");
    assert.equal(body.accounts.length, 2);
    await api.ask("GET /healthz", { query: "deep=true" });
  });

  await step(
    "for two accounts, one of them broken",
    twoAccounts({ MAX_FETCH: "many" }),
    async (api) => {
      const { body } = await api.ask("POST /collect", { expect: 502 });
      assert.equal(body.code, "accounts_failed");
      await api.ask("GET /status");
      await api.ask("GET /metrics");
      await api.ask("GET /healthz", { query: "deep=true", expect: 503 });
      await api.ask("GET /status", { query: `account=${SECOND}`, expect: 503 });
    },
  );

  await using elasticsearch = await startElasticsearch({ credentials: { apiKey: "es-k3y" } });
  const two = (apiKey: string) => ({
    settings: { ELASTICSEARCH_URL: elasticsearch.url, ELASTICSEARCH_API_KEY: apiKey },
  });

  await step("for two destinations", two("es-k3y"), async (api) => {
    api.stage.addRecent(2);
    await api.ask("POST /collect");
    const { body } = await api.ask("GET /status");
    assert.equal(body.accounts.length, 2);
    await api.ask("GET /healthz", { query: "deep=true" });
    await api.ask("POST /test-connection");
    await api.ask("POST /backfill", { json: { from: "2 days" }, expect: 202 });
    await api.ask("DELETE /backfill");
    await api.ask("DELETE /cursor", { query: `confirm=${ACCOUNT}`, expect: 400 });
    await api.ask("DELETE /cursor", { query: `confirm=${ACCOUNT}&destination=elasticsearch` });
  });

  await step("for two destinations, one of them broken", two("not a key"), async (api) => {
    await api.ask("POST /collect", { expect: 502 });
    await api.ask("GET /status");
    await api.ask("POST /test-connection", { expect: 502 });
    await api.ask("POST /backfill", { json: { from: "2 days" }, expect: 502 });
    await api.ask("GET /get-events");
  });

  await t.step("when something unexpected goes wrong", async () => {
    const connect = () => {
      throw new TypeError("unexpected");
    };
    const lines: LogLine[] = [];
    const app = createApp({ connect, now: Date.now, log: (line) => lines.push(line) });
    for (const name of described!.operations) {
      if (!described!.operation(name).responses[500]) continue;
      const [method, path] = name.split(" ");
      const headers = { Authorization: `Bearer ${"t".repeat(32)}` };
      const query = `deep=true&from=${
        new Date(Date.now() - DAY_MS).toISOString()
      }&confirm=1&all=true`;
      const known = described!.operation(name).parameters.map((one: Json) => one.name);
      const asked = [...new URLSearchParams(query)].filter(([key]) => known.includes(key));
      const target = `${path}?${new URLSearchParams(asked)}`;
      const body = name === "POST /state"
        ? JSON.stringify({ rows: [], after: null, seal: "" })
        : undefined;
      const response = await app.request(target, { method, headers, body }, {
        API_TOKEN: "t".repeat(32),
      });
      const text = await response.text();
      const answer = { status: response.status, headers: response.headers, text };
      assert.equal(answer.status, 500, name);
      described!.assertDescribed(name, { ...answer, body: JSON.parse(text) });
      const failed = lines.splice(0).filter(({ event }) => event !== "operator_action");
      const { event, method: told, thrownAt } = failed.pop()!;
      assert.deepEqual([event, told], ["request_failed", method], name);
      assert.match(String(thrownAt), /answers_test/);
      assert.doesNotMatch(String(thrownAt), /unexpected/, "its text may hold anything");
    }
  });

  assert.deepEqual(described!.unseen, []);
});

const READING = ["GET /get-events", "POST /get-events", "POST /collect"];

interface Asked extends RequestOptions {
  readonly query?: string;
  readonly json?: unknown;
  /** The status; 200 if left out. */
  readonly expect?: number;
}

class Api {
  constructor(readonly stage: Stage, readonly described: Described) {}

  get operations(): [string, Json][] {
    return this.described.operations.map((name) => [name, this.described.operation(name)]);
  }

  async ask(
    name: string,
    { query = "", json, expect = 200, ...options }: Asked = {},
  ): Promise<Answer> {
    const [method, path] = name.split(" ");
    const body = json === undefined ? undefined : JSON.stringify(json);
    const known = this.described.operation(name).parameters.map((one: Json) => one.name);
    const asked = [...new URLSearchParams(query)].filter(([key]) => known.includes(key));
    const target = asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`;
    const answer = await this.stage.request(method, target, { body, ...options });
    return this.tell(name, answer, expect);
  }

  tell(name: string, answer: Answer, status: number): Answer {
    assert.equal(answer.status, status, `${name}: ${answer.text.slice(0, 500)}`);
    this.described.assertDescribed(name, answer);
    return answer;
  }

  /** Over 64 KiB, or what the path allows. The refusal may come before all was sent, and be lost: then it is asked for again. */
  async sendTooMuch(name: string): Promise<Answer> {
    const [method, path] = name.split(" ");
    const allowed = path === "/state" ? 32 * 1024 * 1024 : undefined;
    if (method === "POST") {
      return await this.stage.postTooMuch(path, { tellsLength: true, allowed });
    }
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    for (let attempt = 1;; attempt++) {
      try {
        return await this.stage.request(method, path, { client, body: "x".repeat(64 * 1024 + 1) });
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /** Lets XSIAM refuse one of three events. */
  async keepLetter(): Promise<void> {
    const [poison] = this.stage.addRecent(3);
    this.stage.xsiam.poison = ({ objectName }) => objectName === poison.objectName;
    assert.equal((await this.ask("POST /collect")).body.deadLettered, 1);
    this.stage.xsiam.poison = undefined;
    if ((await this.ask("GET /dead-letters")).body.count !== 1) assert.fail("nothing was kept");
  }
}

/** The stage's account, and another one that shares its settings. */
function twoAccounts(settings: Readonly<Record<string, string>>): StageOptions {
  const other = { LIVEPERSON_ACCOUNT_ID: SECOND, ...settings };
  return { settings: { LIVEPERSON_ACCOUNTS: JSON.stringify([other]) } };
}
