/** The Deno host as a process with no more rights than the start task gives: routes, stop, restart, bad starts. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DESTINATIONS } from "../../src/destinations/index.ts";
import { HOST_VARIABLES } from "../../src/deno/host_settings.ts";
import { PROXY_VARIABLES } from "../../src/deno/http_clients.ts";
import { makeCertificates } from "./certificates.ts";
import { startTls } from "./counterparts.ts";
import { assertStopsRun, RunningHost, startArguments } from "./running_host.ts";
import { until } from "../environment.ts";
import { openDenoStage } from "./stage.ts";

Deno.test("the start task gives the right to every variable that is read, and not to all", async () => {
  const args = await startArguments();
  assert.ok(args.every((arg) => !/^(-A|--allow-all|--allow-(net|env|read|write|run))$/.test(arg)));
  const names = args.find((arg) => arg.startsWith("--allow-env="))!.split("=")[1].split(",");
  const given = (variable: string) =>
    names.some((name) =>
      name.endsWith("*") ? variable.startsWith(name.slice(0, -1)) : variable === name
    );
  const missing = [...HOST_VARIABLES, ...PROXY_VARIABLES].filter((variable) => !given(variable));
  assert.deepEqual(missing, []);
});

Deno.test("the start task gives the right to reach LivePerson and each destination, and no others", async () => {
  const args = await startArguments();
  const hosts = args.find((arg) => arg.startsWith("--allow-net="))!.split("=")[1].split(",");
  assert.deepEqual(hosts, [
    ...["0.0.0.0", "127.0.0.1", "localhost", "*.liveperson.net", "*.liveperson.com"],
    ...new Set(DESTINATIONS.flatMap((kind) => kind.hosts)),
    "*.cloudflareaccess.com",
  ]);
});

Deno.test("the routes answer, and a backlog is followed to its end", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(25);
  await using host = await RunningHost.start(stage.folder, { ...stage.settings, MAX_FETCH: "10" });
  assert.equal((await (await host.fetch("/healthz")).json()).status, "up");
  const report = await (await host.fetch("/collect", { method: "POST" })).json();
  assert.equal(report.delivered, 10);
  await until("the backlog's end", () => stage.xsiam.count === 25, 30_000);
  const found = await (await host.fetch("/get-events?limit=3")).json();
  assert.equal(found.count, 3);
  assert.equal((await (await host.fetch("/status")).json()).state, "healthy");
  host.signal("SIGINT");
  assert.equal(await host.ended(), 0, host.printed);
  assert.doesNotMatch(host.printed, /NotCapable|Warning|legacy/);
});

Deno.test("on SIGTERM a run finishes its batch and commits, and the next process repeats nothing", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(1200); // pages of 500
  stage.livePerson.faults.next("audit", { delayMs: 1000 });
  {
    await using host = await RunningHost.start(stage.folder, stage.settings);
    await host.fetch("/healthz");
    const answer = host.fetch("/collect", { method: "POST" }).then((response) => response.json());
    await until(
      "the sign-in",
      () => stage.livePerson.requests.some(({ target }) => target === "token"),
      30_000,
    );
    host.signal("SIGTERM");
    const report = await answer; // who asked is answered
    assert.equal(report.outcome, "ok");
    assert.equal(report.more, true, "it did not read on to the end");
    assert.equal(await host.ended(), 0, host.printed);
    assert.match(host.printed, /"event":"stopping"/);
  }
  const before = stage.xsiam.count;
  assert.ok(before > 0 && before < 1200, `${before} events were delivered`);
  await using host = await RunningHost.start(stage.folder, stage.settings);
  const report = await (await host.fetch("/collect", { method: "POST" })).json();
  assert.equal(report.cursor, "stored");
  assert.equal(report.delivered, 1200 - before);
  assert.equal(stage.xsiam.deliveries().size, 1200);
  assert.equal(stage.xsiam.count, 1200);
});

Deno.test("a second process on the database takes turns with the first, and goes on when that is gone", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(20);
  await using first = await RunningHost.start(stage.folder, stage.settings);
  await using second = await RunningHost.start(stage.folder, stage.settings);
  const collect = async (host: RunningHost) => {
    const response = await host.fetch("/collect", { method: "POST" });
    return (await response.json()).delivered;
  };
  const delivered = await Promise.all([collect(first), collect(second)]);
  assert.deepEqual(delivered.sort(), [0, 20]);
  first.signal("SIGKILL");
  await first.ended();
  stage.addChanges(5, "later");
  assert.equal(await collect(second), 5);
  assert.equal((await (await second.fetch("/status")).json()).health.lastRun.cursor, "stored");
  assert.deepEqual(new Set(stage.xsiam.deliveries().values()), new Set([1]));
});

Deno.test("while the destination is silent, a stop takes less than ten seconds", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(3);
  stage.xsiam.faults.next("push", { delayMs: 60_000 });
  const settings = { ...stage.settings, RETRY_DELAY: "30 seconds" };
  await using host = await RunningHost.start(stage.folder, settings);
  const read = () => stage.livePerson.requests.some(({ target }) => target === "audit");
  await assertStopsRun(host, "the page that is then pushed", read);
  assert.match(host.printed, /"level":"info","event":"run_interrupted"/);
  assert.doesNotMatch(host.printed, /"level":"error"/);

  await using next = await RunningHost.start(stage.folder, settings);
  const { health, state } = await (await next.fetch("/status")).json();
  assert.deepEqual([state, health.consecutiveFailures, health.totals.failedRuns], [
    "waiting",
    0,
    0,
  ]);
});

Deno.test("guessing the token is limited here too, and told with the address; whoever has it passes", async () => {
  await using stage = await openDenoStage();
  await using host = await RunningHost.start(stage.folder, stage.settings);
  const statuses: number[] = [];
  for (let guess = 0; guess < 120; guess++) {
    const headers = { Authorization: `Bearer ${guess}` };
    const response = await host.fetch("/status", { headers });
    await response.body?.cancel();
    statuses.push(response.status);
    if (response.status === 429) assert.ok(Number(response.headers.get("Retry-After")) > 0);
  }
  assert.deepEqual([...new Set(statuses)], [401, 429]);
  assert.equal((await host.fetch("/metrics")).status, 200);
  assert.match(host.printed, /"event":"access_refused","address":"127\.0\.0\.1"/);
});

Deno.test("the settings file is read as wrangler reads it, and its mistakes are logged with their lines", async () => {
  await using stage = await openDenoStage();
  const { API_TOKEN: _, ...settings } = stage.settings;
  await writeFile(
    join(stage.folder, ".dev.vars"),
    "API_TOKEN=tok$abc1-0123456789-0123456789-0123456789\n\nFETCH_EVENT=false\nMAX_FETCH=7\n",
  );
  await using host = await RunningHost.start(stage.folder, { ...settings, MAX_FETCH: "8" });
  stage.addChanges(20);
  const headers = { Authorization: "Bearer tok$abc1-0123456789-0123456789-0123456789" };
  const report = await (await host.fetch("/collect", { method: "POST", headers })).json();
  assert.equal(report.delivered, 8, "the environment takes precedence");
  const warning = host.printed.split("\n").find((line) => line.includes("settings_line"))!;
  const { level, line, message } = JSON.parse(warning);
  assert.deepEqual([level, line], ["warn", 3]);
  assert.match(message, /did you mean FETCH_EVENTS/);
});

Deno.test("without a token or a destination it says so when it starts", async () => {
  await using stage = await openDenoStage();
  const settings = { ...stage.settings, API_TOKEN: "", XSIAM_URL: "", XSIAM_API_KEY: "" };
  await using host = await RunningHost.start(stage.folder, settings);
  assert.equal((await host.fetch("/healthz")).status, 200);
  assert.match(host.printed, /"event":"token_missing","message":"API_TOKEN is not set/);
  assert.match(host.printed, /"event":"destination_missing","accounts":\["12345678"\]/);
});

Deno.test("it listens on loopback, unless HOST says otherwise", async () => {
  await using stage = await openDenoStage();
  for (const HOST of [undefined, "0.0.0.0"]) {
    await using host = await RunningHost.start(stage.folder, {
      ...stage.settings,
      ...(HOST !== undefined && { HOST }),
    });
    await host.fetch("/healthz");
    assert.ok(host.printed.includes(`"host":"${HOST ?? "127.0.0.1"}"`), host.printed);
  }
});

Deno.test("any certificate, and a private authority, work with the rights of the start task", async () => {
  await using stage = await openDenoStage();
  const certificates = await makeCertificates();
  await using selfSigned = await startTls(certificates.selfSigned, stage.xsiam.url);
  await using issued = await startTls(certificates.issued, stage.xsiam.url);
  await Deno.mkdir(join(stage.folder, "data"));
  await writeFile(join(stage.folder, "data", "ca.pem"), certificates.authority);
  const variants: Record<string, string>[] = [
    { XSIAM_URL: selfSigned.url, TRUST_ANY_CERTIFICATE: "true" },
    { XSIAM_URL: selfSigned.url, TRUST_ANY_CERTIFICATE: "true", USE_SYSTEM_PROXY: "true" },
    { XSIAM_URL: issued.url, CA_CERTIFICATE_FILE: "data/ca.pem", USE_SYSTEM_PROXY: "true" },
  ];
  for (const [index, variant] of variants.entries()) {
    stage.addChanges(2, `round ${index}`);
    await using host = await RunningHost.start(stage.folder, { ...stage.settings, ...variant });
    const report = await (await host.fetch("/collect", { method: "POST" })).json();
    assert.equal(report.outcome, "ok", JSON.stringify(report));
    assert.equal(
      /CERTIFICATES ARE NOT VERIFIED/.test(host.printed),
      "TRUST_ANY_CERTIFICATE" in variant,
    );
  }
});

Deno.test("a proxy that undici may not reach is named at the start", async () => {
  await using stage = await openDenoStage();
  const settings = {
    ...{ ...stage.settings, TRUST_ANY_CERTIFICATE: "true", USE_SYSTEM_PROXY: "true" },
    HTTPS_PROXY: "http://proxy.example.com:3128",
  };
  await using host = await RunningHost.start(stage.folder, settings);
  assert.equal(await host.ended(), 1, host.printed);
  assert.match(
    host.printed,
    /HTTPS_PROXY: Deno has no permission to reach proxy\.example\.com:3128/,
  );
});

Deno.test("one of several destinations that may not be reached is named at the start, and holds up no other", async () => {
  await using stage = await openDenoStage();
  stage.addChanges(2);
  await using host = await RunningHost.start(stage.folder, {
    ...stage.settings,
    ...{ ELASTICSEARCH_URL: "https://es.example.com", ELASTICSEARCH_API_KEY: "x" },
  });
  assert.equal((await host.fetch("/healthz")).status, 200);
  const line = host.printed.split("\n").find((one) => one.includes("account_broken"))!;
  const { destination, problem } = JSON.parse(line);
  assert.equal(destination, "elasticsearch");
  assert.match(
    problem.detail,
    /ELASTICSEARCH_URL: Deno has no permission to reach es\.example/,
  );
  await host.fetch("/collect", { method: "POST" });
  assert.equal(stage.xsiam.count, 2);
});

Deno.test("a start that can't succeed says why, and exits with 1", async () => {
  await using stage = await openDenoStage();
  const taken = String(new URL(stage.xsiam.url).port);
  const wrong: [Record<string, string>, RegExp][] = [
    [{ LIVEPERSON_ACCOUNT_ID: "", LIVEPERSON_CLIENT_ID: "" }, /LIVEPERSON_ACCOUNT_ID is not set\./],
    [{ XSIAM_URL: "http://example.com" }, /XSIAM_URL must use https/],
    [{ CA_CERTIFICATE_FILE: "data/none.pem" }, /CA_CERTIFICATE_FILE: there is no such file/],
    [{ CA_CERTIFICATE_FILE: "/root/ca.pem" }, /CA_CERTIFICATE_FILE: Deno has no permission/],
    [
      { DENO_KV_PATH: "/nowhere/x.db" },
      /DENO_KV_PATH: \/nowhere\/x\.db can't be opened: Deno has no permission/,
    ],
    [
      {
        ELASTICSEARCH_URL: "https://es.example.com",
        ELASTICSEARCH_API_KEY: "x",
        XSIAM_URL: "",
        XSIAM_API_KEY: "",
      },
      /ELASTICSEARCH_URL: Deno has no permission to reach es\.example\.com:443: add it to/,
    ],
    [
      { LIVEPERSON_DOMAIN_API_URL: "https://domain.example.com:8443" },
      /LIVEPERSON_DOMAIN_API_URL: Deno has no permission to reach domain\.example\.com:8443/,
    ],
    [
      { LIVEPERSON_FURTHER_HOSTS: "va.acr.liveperson.net, *.audit.example.com" },
      /LIVEPERSON_FURTHER_HOSTS: Deno has no permission to reach any\.audit\.example\.com:443/,
    ],
    [{ HOST: "192.0.2.1" }, /permission to listen on HOST/],
    [{ PORT: "http" }, /PORT must be a whole number/],
    [{ PORT: taken }, /PORT is in use/],
  ];
  for (const [settings, says] of wrong) {
    await using host = await RunningHost.start(stage.folder, { ...stage.settings, ...settings });
    assert.equal(await host.ended(), 1, host.printed);
    assert.match(host.printed, says);
    assert.match(host.printed, /^error: [^\n]*\n$/, "one line, no stack");
  }
});
