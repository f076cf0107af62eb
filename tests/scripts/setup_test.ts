/** `deno task setup`, run as a process against a stand-in for wrangler that checks what it is asked. */
import assert from "node:assert/strict";
import { copyFile, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withSettings } from "../../scripts/setup/keep_settings.ts";
import { deployedSettings, missingSettings } from "../../scripts/setup/settings.ts";
import { boundBuckets, namespaceId, withNamespaceId } from "../../scripts/setup/wrangler_toml.ts";
import { ROOT } from "../../scripts/local/bundle.ts";
import { startHec } from "../../scripts/simulators/hec.ts";
import { parse } from "dotenv";
import { ACCOUNT } from "../environment.ts";
import { RunningScript } from "./running_script.ts";
import { ScriptStage, type Settings } from "./script_stage.ts";

const SCRIPT = "setup";
const STAND_IN = fileURLToPath(new URL("fake_wrangler.ts", import.meta.url));
const ID = "0123456789abcdef0123456789abcdef";
/** What `wrangler deploy` calls a namespace that it makes for this Worker by itself. */
const TITLE = "liveperson-audit-collector-cursors";

interface Asked {
  readonly args: string[];
  readonly secrets: string | null;
  readonly mode: number | null;
}

/** A request that is not answered. */
interface Silent {
  readonly at: string;
  readonly reached: PromiseWithResolvers<void>;
}

/**
 * A collector that answers as a deployed one whose first run delivers an event. It ends with the test.
 * `own`: other answers.
 */
function fakeCollector(own: Readonly<Record<string, unknown>> = {}, silent?: Silent) {
  const asked: string[] = [];
  const tokens = new Set<string | null>();
  const report = { outcome: "ok", delivered: 1, refused: 0, goesOn: false };
  const answers: Record<string, unknown> = {
    "GET /healthz": { status: "ok", version: "9.9.9" },
    "GET /status": { account: ACCOUNT, destination: "example.com", kind: "xsiam" },
    "POST /collect": report,
    "GET /get-events": {
      LivePerson: { Event: [{ changeDate: "2026-11-21T19:04:44.000Z", objectName: "Sales" }] },
      pushed: 0,
      more: false,
    },
  };
  const end = Promise.withResolvers<Response>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    const what = `${request.method} ${pathname}`;
    asked.push(what);
    tokens.add(request.headers.get("Authorization"));
    if (`${what}${search}` === silent?.at) {
      silent.reached.resolve();
      return end.promise;
    }
    const all = { ...answers, ...own };
    return Response.json(all[what] ?? {}, { status: what in all ? 200 : 404 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    tokens,
    [Symbol.asyncDispose]() {
      end.resolve(new Response());
      return server.shutdown();
    },
  };
}

/** A settings file, a copy of wrangler.toml without an id, and the stand-in's folder. */
async function prepare(stage: ScriptStage, overrides: Settings = {}) {
  const toml = join(stage.folder, "wrangler.toml");
  await copyFile(join(ROOT, "wrangler.toml"), toml);
  const file = await stage.settingsFile({ API_TOKEN: undefined, ...overrides });
  const wrangler = `deno run -A --no-check ${STAND_IN} ${stage.folder}`;
  const args = ["--settings-file", file, "--config", toml, "--wrangler", wrangler];
  return {
    toml,
    /** What is deployed: a copy of wrangler.toml with the id. */
    copy: join(stage.folder, "wrangler.setup.toml"),
    file,
    args,
    async run(...more: string[]) {
      await using script = new RunningScript(SCRIPT, [...args, ...more]);
      return await stage.ended(script);
    },
    behave: (how: string) => writeFile(join(stage.folder, how), ""),
    asked: async (): Promise<Asked[]> => {
      const text = await readFile(join(stage.folder, "asked"), "utf8").catch(() => "");
      return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
    },
  };
}

async function assertRemoved(asked: Asked): Promise<void> {
  await assert.rejects(stat(dirname(asked.args[asked.args.indexOf("--secrets-file") + 1])));
}

Deno.test("setup creates the namespace, uploads the settings and deploys; twice does no harm", async () => {
  await using stage = await ScriptStage.open();
  const { toml, copy, file, run, asked } = await prepare(stage);
  const before = await readFile(toml, "utf8");
  await using collector = fakeCollector();

  const first = await run("--yes", "--url", collector.url);
  assert.equal(first.code, 0, first.stderr);
  const [whoami, create, deploy] = await asked();
  assert.deepEqual(whoami.args, ["whoami"]);
  assert.deepEqual(create.args, ["kv", "namespace", "create", TITLE, "--config", toml]);
  assert.deepEqual(deploy.args.toSpliced(2, 1), ["deploy", "--secrets-file", "--config", copy]);
  assert.equal(deploy.mode, 0o600);
  await assertRemoved(deploy);
  const { API_TOKEN, ...uploaded } = JSON.parse(deploy.secrets!);
  const { API_TOKEN: _, ...expected } = stage.settings;
  assert.deepEqual(uploaded, expected);
  assert.match(API_TOKEN, /^[\w-]{43}$/);

  assert.equal(await readFile(toml, "utf8"), before, "the repository's file stays as it was");
  const after = await readFile(copy, "utf8");
  assert.equal(after.replace(`id = "${ID}"\n`, ""), before, "the rest stays as it was");
  assert.equal(namespaceId(after), ID);
  assert.equal(parse(await readFile(file, "utf8")).API_TOKEN, API_TOKEN);
  assert.equal((await stat(file)).mode & 0o777, 0o600);

  assert.match(first.stdout, /✓ The audit trail can be read/);
  assert.match(first.stdout, /- XSIAM accepts the settings +not tested\n +Why: XSIAM documents no/);
  assert.match(
    first.stdout,
    /^\$ deno run .* kv namespace create liveperson-audit-collector-cursors --config/m,
  );
  assert.match(first.stdout, /^\$ deno run .* deploy --secrets-file /m);
  assert.ok(first.stdout.includes(`Deployed at ${collector.url}.`));
  assert.match(first.stdout, /\/healthz answers: version 9\.9\.9\./);
  assert.match(first.stdout, /the first run delivered 1 event\./);
  assert.match(first.stdout, /2026-11-21 19:04:44 .* Sales/);
  assert.deepEqual(collector.asked, [
    "GET /healthz",
    "GET /status",
    "POST /collect",
    "GET /get-events",
  ]);
  assert.deepEqual([...collector.tokens], [`Bearer ${API_TOKEN}`]);
  assert.ok(first.stdout.includes(`API_TOKEN, which was generated and saved in ${file}`));
  assert.ok(first.stdout.includes('"LIVEPERSON_CLIENT_SECRET":"***"'));
  assert.ok(!first.stdout.includes(API_TOKEN));

  const second = await run("--yes", "--json", "--url", collector.url);
  assert.equal(second.code, 0, second.stderr);
  const { ok, namespace, url, generated, delivered } = JSON.parse(second.stdout);
  assert.deepEqual([ok, namespace, generated], [
    true,
    { id: ID, found: "from an earlier setup" },
    false,
  ]);
  assert.deepEqual([url, delivered], [collector.url, 1]);
  const all = await asked();
  assert.deepEqual(all.map(({ args }) => args[0]), ["whoami", "kv", "deploy", "whoami", "deploy"]);
  assert.equal(JSON.parse(all[4].secrets!).API_TOKEN, API_TOKEN);
  assert.equal(await readFile(copy, "utf8"), after);
  assert.ok(!(second.stdout + second.stderr).includes(API_TOKEN));
});

Deno.test("setup --dry-run shows the commands and changes nothing", async () => {
  await using stage = await ScriptStage.open();
  const { toml, file, run, asked } = await prepare(stage, { XSIAM_URL: undefined });
  const before = await Promise.all([toml, file].map((path) => readFile(path, "utf8")));
  const { code, stdout } = await run("--dry-run");
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^\$ .* whoami\nNot set yet .*: XSIAM_URL\.\n\$ .* kv namespace create liveperson-audit-collector-cursors .*\n\$ .* deploy/,
  );
  assert.deepEqual(await asked(), []);
  assert.deepEqual(await Promise.all([toml, file].map((path) => readFile(path, "utf8"))), before);

  const complete = await run("--dry-run", "--json", "--xsiam-url", stage.xsiam.url);
  assert.equal(complete.code, 0);
  assert.equal(JSON.parse(complete.stdout).commands.length, 3);
  assert.match(complete.stderr, /✓ The audit trail can be read/);
  assert.deepEqual(await asked(), []);
});

Deno.test("setup finds a namespace that an earlier one created", async () => {
  await using stage = await ScriptStage.open();
  const { copy, run, asked, behave } = await prepare(stage);
  await behave("exists");
  await using collector = fakeCollector();
  const { code, stdout } = await run("--yes", "--url", collector.url);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`The KV namespace is ${ID}, by its name\\.`));
  assert.equal(namespaceId(await readFile(copy, "utf8")), ID);
  const commands = (await asked()).map(({ args }) => args.slice(0, 3).join(" "));
  assert.deepEqual(commands.slice(0, 3), ["whoami", "kv namespace create", "kv namespace list"]);
});

Deno.test("setup stops where something fails, and the secrets' file is removed", async (t) => {
  await t.step("nobody is signed in: that is found out before anything else", async () => {
    await using stage = await ScriptStage.open();
    const { run, asked, behave } = await prepare(stage, { XSIAM_API_KEY: undefined });
    await behave("not-signed-in");
    const { code, stderr } = await run("--yes");
    assert.equal(code, 1);
    assert.match(stderr, /Nobody is signed in to Cloudflare[^]*deno task wrangler login/);
    assert.equal((await asked()).length, 1);
  });
  await t.step("the deployment is refused", async () => {
    await using stage = await ScriptStage.open();
    const { run, asked, behave } = await prepare(stage);
    await behave("refuses");
    const { code, stderr } = await run("--yes");
    assert.equal(code, 1);
    assert.match(stderr, /Wrangler failed.\n {2}The command was: deploy/);
    await assertRemoved((await asked())[2]);
  });
  await t.step("it is interrupted", async () => {
    await using stage = await ScriptStage.open();
    const { args, asked, behave } = await prepare(stage);
    await behave("hangs");
    await using script = new RunningScript(SCRIPT, [...args, "--yes"]);
    await script.printedLike(/Uploading/);
    script.interrupt();
    const { code, stderr } = await stage.ended(script);
    assert.equal(code, 130);
    assert.match(stderr, /^Interrupted during: .* deploy/);
    await assertRemoved((await asked())[2]);
  });
  await t.step("it is interrupted while a service that it tests is silent", async () => {
    await using stage = await ScriptStage.open();
    const { args, asked } = await prepare(stage);
    const reached = Promise.withResolvers<void>();
    stage.livePerson.faults.when("audit", () => {
      reached.resolve();
      return { hang: true };
    });
    await using script = new RunningScript(SCRIPT, [...args, "--yes"]);
    await reached.promise;
    script.interrupt();
    const { code, stderr } = await stage.ended(script);
    assert.equal(code, 130, stderr);
    assert.match(stderr, /^Interrupted during the test\. Nothing was deployed\.$/m);
    assert.deepEqual((await asked()).map(({ args }) => args), [["whoami"]]);
  });
});

Deno.test("what was answered before a failure is used by the next setup, and moves into the settings", async () => {
  await using stage = await ScriptStage.open();
  const { file, run } = await prepare(stage, { XSIAM_API_KEY: undefined });
  const kept = `${file}.setup`;
  await writeFile(kept, `XSIAM_API_KEY=${stage.settings.XSIAM_API_KEY}\n`);
  await using collector = fakeCollector();
  const { code, stdout, stderr } = await run("--yes", "--url", collector.url);
  assert.equal(code, 0, stderr);
  assert.ok(
    stdout.includes(`Answered last time: XSIAM_API_KEY.\nThis is kept in ${kept}.`),
    stdout,
  );
  assert.equal(parse(await readFile(file, "utf8")).XSIAM_API_KEY, stage.settings.XSIAM_API_KEY);
  await assert.rejects(stat(kept));
});

Deno.test("a destination that was chosen before a failure is not left out by --yes", async () => {
  await using stage = await ScriptStage.open();
  const { file, run, asked } = await prepare(stage);
  await writeFile(`${file}.setup`, "SETUP_CHOSEN=xsiam,hec\n");
  const { code, stdout, stderr } = await run("--yes");
  assert.equal(code, 1);
  assert.match(stdout, /Chosen last time: XSIAM, Splunk HEC\./);
  assert.match(stderr, /Not set: HEC_URL, HEC_TOKEN\./);
  assert.deepEqual((await asked()).map(({ args }) => args), [["whoami"]]);
});

Deno.test("setup says so when the first run fails", async () => {
  await using stage = await ScriptStage.open();
  const { run } = await prepare(stage, { API_TOKEN: stage.settings.API_TOKEN });
  const worker = await stage.startWorker({ XSIAM_API_KEY: "wrong" });
  stage.add(3);
  const { code, stdout, stderr } = await run("--yes", "--url", worker.url);
  assert.equal(code, 1);
  assert.match(stdout, /Deployed at .*\n[^]*\/healthz answers/);
  assert.match(stderr, /XSIAM refused the API key/);
  assert.match(stderr, /Setup itself is complete: the Worker is deployed\./);
});

Deno.test("while one token replaces another, setup sends the first one", async () => {
  await using stage = await ScriptStage.open();
  const first = "the-first-0f-tw0-t0kens-7d1f-90c6e1f2d4a8";
  const { run } = await prepare(stage, { API_TOKEN: `${first} ${stage.settings.API_TOKEN}` });
  await using collector = fakeCollector();
  const { code, stdout, stderr } = await run("--yes", "--url", collector.url);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /the first run delivered 1 event\./);
  assert.deepEqual([...collector.tokens], [`Bearer ${first}`]);
});

Deno.test("setup starts no run where it knows only a token's hash, and says so", async () => {
  await using stage = await ScriptStage.open();
  const { run } = await prepare(stage, { API_TOKEN: `sha256:${"0a".repeat(32)}` });
  await using collector = fakeCollector();
  const { code, stdout, stderr } = await run("--yes", "--url", collector.url);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /No run was started now: API_TOKEN has only a SHA-256/);
  assert.deepEqual(collector.asked, []);
});

Deno.test("setup says that collecting is switched off, and tells of no run", async () => {
  await using stage = await ScriptStage.open();
  const off = { FETCH_EVENTS: "false" };
  const { run } = await prepare(stage, { ...off, API_TOKEN: stage.settings.API_TOKEN });
  const worker = await stage.startWorker(off);
  stage.add(3);
  const { code, stdout, stderr } = await run("--yes", "--url", worker.url);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Deployed at .*\. Collecting is switched off: FETCH_EVENTS is false\.$/m);
  assert.match(stdout, /^12345678\/xsiam: FETCH_EVENTS is false, so nothing is collected\.$/m);
  assert.doesNotMatch(stdout, /the first run|every five minutes/);
});

Deno.test("setup fails if the first run's events were refused, says how many, and that it is complete", async () => {
  for (const json of [[], ["--json"]]) {
    await using stage = await ScriptStage.open();
    const { run } = await prepare(stage, { API_TOKEN: stage.settings.API_TOKEN });
    const worker = await stage.startWorker();
    const bad = stage.add(40)[39].changeTimestampMs;
    stage.xsiam.poison = ({ _time }) => Date.parse(String(_time)) === bad;
    const { code, stdout, stderr } = await run("--yes", "--url", worker.url, ...json);
    assert.equal(code, 1);
    const [, delivered, refused] = /the first run delivered (\d+) events \((\d+) not accepted\)\./
      .exec(
        stdout + stderr,
      )!.map(Number);
    assert.ok(refused > 0);
    assert.equal(delivered + refused, 40);
    if (json.length === 0) {
      const undelivered =
        `12345678: ${refused} events? not accepted. Undelivered now: ${refused} refused`;
      assert.match(stderr, new RegExp(`Some events were not accepted\\.\n +${undelivered}`));
      const complete = /Setup itself is complete: the Worker is deployed\. The cron collects every/;
      assert.match(stderr, complete);
      continue;
    }
    const { ok, problem, url, runs, ...told } = JSON.parse(stdout);
    assert.deepEqual([ok, problem.code, url], [false, "events_refused", worker.url]);
    assert.deepEqual([told.delivered, told.refused], [delivered, refused]);
    assert.deepEqual([runs.length, runs[0].outcome, runs[0].refused], [1, "complete", refused]);
  }
});

Deno.test("Ctrl-C after the deployment ends setup, which says what was done and what goes on", async (t) => {
  const ending =
    /^Interrupted during the first run\. Setup itself is complete: the Worker is deployed\. The cron collects every five minutes\.$/m;
  await t.step("while the Worker is silent", async () => {
    await using stage = await ScriptStage.open();
    const { args } = await prepare(stage);
    const reached = Promise.withResolvers<void>();
    await using collector = fakeCollector({}, { at: "GET /healthz", reached });
    await using script = new RunningScript(SCRIPT, [...args, "--yes", "--url", collector.url]);
    await reached.promise;
    script.interrupt();
    const { code, stderr } = await stage.ended(script);
    assert.equal(code, 130, stderr);
    assert.match(stderr, ending);
    assert.deepEqual(collector.asked, ["GET /healthz"]);
  });
  for (const json of [[], ["--json"]]) {
    await t.step(`during the second of three first runs${json.join()}`, async () => {
      await using stage = await ScriptStage.open();
      const { args } = await prepare(stage);
      const accounts = ["xsiam", "hec", "s3"]
        .map((kind) => ({ account: ACCOUNT, destination: "example.com", kind }));
      const reached = Promise.withResolvers<void>();
      const at = `POST /collect?account=${ACCOUNT}&destination=hec`;
      await using collector = fakeCollector({ "GET /status": { accounts } }, { at, reached });
      const more = ["--yes", "--url", collector.url, ...json];
      await using script = new RunningScript(SCRIPT, [...args, ...more]);
      await reached.promise;
      script.interrupt();
      const { code, stdout, stderr } = await stage.ended(script);
      assert.equal(code, 130, stderr);
      assert.match(stderr, ending);
      assert.match(stdout + stderr, /12345678\/xsiam: the first run delivered 1 event\./);
      assert.equal(collector.asked.filter((what) => what === "POST /collect").length, 2);
      if (json.length === 0) return;
      const { ok, interrupted, delivered, runs } = JSON.parse(stdout);
      assert.deepEqual([ok, interrupted, delivered, runs.length], [false, true, 1, 1]);
    });
  }
});

Deno.test("setup only asks wrangler who is signed in before the settings are right", async (t) => {
  await using stage = await ScriptStage.open();
  await using splunk = await startHec();
  const cases: [string, Settings, number, RegExp][] = [
    [
      "no settings",
      { LIVEPERSON_ACCOUNT_ID: undefined, XSIAM_API_KEY: undefined },
      1,
      /Not set: LIVEPERSON_ACCOUNT_ID, XSIAM_API_KEY\./,
    ],
    [
      "a wrong secret",
      { LIVEPERSON_CLIENT_SECRET: "wr0ng" },
      1,
      /refused the client id and secret/,
    ],
    [
      "a destination's wrong token",
      { HEC_URL: splunk.url, HEC_TOKEN: "wr0ng" },
      1,
      /Splunk HEC refused the token/,
    ],
    ["an unreachable host", { LIVEPERSON_DOMAIN_API_URL: "http://127.0.0.1:9" }, 1, /be reached/],
    [
      "what no Worker can do",
      { USE_SYSTEM_PROXY: "true" },
      1,
      /can't be used on Cloudflare Workers/,
    ],
  ];
  for (const [name, settings, expected, shown] of cases) {
    await t.step(name, async () => {
      const { run, asked } = await prepare(stage, settings);
      const { code, stderr } = await run("--yes");
      assert.equal(code, expected);
      assert.match(stderr, shown);
      for (const { args } of await asked()) assert.deepEqual(args, ["whoami"]);
    });
  }
  const nowhere = join(stage.folder, "nowhere");
  const paths: [string, string[], RegExp][] = [
    [
      "a wrangler that is not there",
      ["--wrangler", "nosuchcmd"],
      /Wrangler can't be started\.\n.*nosuchcmd can't be started: there is no such program\./,
    ],
    [
      "a wrangler.toml that is not there",
      ["--config", join(nowhere, "wrangler.toml")],
      /wrangler\.toml can't be read: there is no such file\./,
    ],
    [
      "a settings file that can't be saved",
      ["--settings-file", join(nowhere, "x.vars")],
      /x\.vars can't be written: there is no folder \S+nowhere\./,
    ],
  ];
  for (const [name, args, shown] of paths) {
    await t.step(name, async () => {
      const { run } = await prepare(stage);
      const { code, stdout, stderr } = await run("--yes", ...args);
      assert.equal(code, 1);
      assert.match(stderr, shown);
      assert.doesNotMatch(stdout, /Testing the connection/);
      assert.doesNotMatch(stderr, /Something unexpected|^\s+at /m);
    });
  }
  await t.step("bad usage", async () => {
    const { run, asked } = await prepare(stage);
    const before = (await asked()).length;
    for (const usage of [[], ["--nope"], ["--client-secret", "x", "--yes"]]) {
      const { code, stderr } = await run(...usage);
      assert.equal(code, 2);
      assert.match(stderr, /^error: /);
    }
    assert.equal((await asked()).length, before);
  });
  assert.ok((await readdir(stage.folder)).includes("wrangler.toml"));
});

Deno.test("wrangler.toml keeps its comments and its other namespaces", () => {
  const toml = [
    "[[kv_namespaces]]",
    'binding = "OTHER"',
    'id = "other"',
    "",
    "[[kv_namespaces]] # the cursor",
    '  binding = "CURSORS" # here',
    "[vars]",
    'id = "not this one"',
  ].join("\r\n");
  assert.equal(namespaceId(toml), null);
  const written = withNamespaceId(toml, ID);
  assert.equal(namespaceId(written), ID);
  assert.equal(written.replace(`  id = "${ID}"\r\n`, ""), toml);
  assert.equal(namespaceId(withNamespaceId(written, "another")), "another");
  assert.throws(() => namespaceId('[[kv_namespaces]]\nbinding = "OTHER"\n'));
});

Deno.test("a setting is written where it was, and reads back as it is", () => {
  const text = "# keep me\nA=1\nexport API_TOKEN=\nB=2";
  const values = ["plain", "with # and =", `it's "quoted"`, "a$b\\n", ""];
  for (const value of values) {
    const written = withSettings(text, { API_TOKEN: value, NEW: value });
    assert.deepEqual({ ...parse(written) }, { A: "1", B: "2", API_TOKEN: value, NEW: value });
    assert.match(written, /^# keep me\nA=1\nAPI_TOKEN=.*\nB=2\nNEW=.*\n$/);
  }
  assert.throws(() => withSettings("", { X: "'\n\"`" }));
});

Deno.test("every list of accounts is uploaded, and one that is too long for Cloudflare is named", () => {
  const list = (count: number, from: number) =>
    JSON.stringify(Array.from({ length: count }, (_, i) => ({
      LIVEPERSON_ACCOUNT_ID: `site${from + i}`,
      LIVEPERSON_CLIENT_ID: "0123456789abcdef0123456789abcdef",
      LIVEPERSON_CLIENT_SECRET: "0123456789abcdef0123456789abcdef",
    })));
  const shared = { XSIAM_URL: "https://api-acme.paloaltonetworks.com", XSIAM_API_KEY: "key" };
  const lists = { LIVEPERSON_ACCOUNTS: list(25, 0), LIVEPERSON_ACCOUNTS_2: list(25, 25) };
  assert.deepEqual(missingSettings(lists), []);
  assert.deepEqual(deployedSettings({ ...shared, ...lists, OTHER: "x" }), { ...shared, ...lists });
  assert.throws(
    () => deployedSettings({ ...shared, LIVEPERSON_ACCOUNTS_2: list(50, 0) }),
    /LIVEPERSON_ACCOUNTS_2 has more than 5 KB/,
  );
});

Deno.test("a bucket that is bound is a destination, and setup asks for no other", async () => {
  const toml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
  assert.deepEqual(boundBuckets(toml), [], "it is only an example");
  const bound = boundBuckets(toml.replace(/^# (\[\[r2|binding = "ARCHIVE|bucket_name)/gm, "$1"));
  assert.deepEqual(bound, ["ARCHIVE"]);

  const account = {
    LIVEPERSON_ACCOUNT_ID: "111",
    LIVEPERSON_CLIENT_ID: "client",
    LIVEPERSON_CLIENT_SECRET: "secret",
  };
  assert.deepEqual(missingSettings(account).map(({ name }) => name), [
    "XSIAM_URL",
    "XSIAM_API_KEY",
  ]);
  assert.throws(() => deployedSettings(account), /are not set/);
  assert.deepEqual(missingSettings(account, bound), []);
  assert.deepEqual(deployedSettings(account, bound), account);
});
