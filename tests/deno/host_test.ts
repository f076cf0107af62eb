/** The Deno host as a process with no more rights than the start task gives: routes, stop, restart, bad starts. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DESTINATIONS } from "../../src/destinations/index.ts";
import { HOST_VARIABLES } from "../../src/deno/host_settings.ts";
import { PROXY_VARIABLES } from "../../src/deno/http_clients.ts";
import { makeCertificates } from "./certificates.ts";
import { startTls } from "./counterparts.ts";
import { RunningHost, startArguments } from "./running_host.ts";
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
    ...DESTINATIONS.flatMap((kind) => kind.hosts),
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

Deno.test("a start that can't succeed says why, and exits with 1", async () => {
  await using stage = await openDenoStage();
  const taken = String(new URL(stage.xsiam.url).port);
  const wrong: [Record<string, string>, RegExp][] = [
    [{ LIVEPERSON_ACCOUNT_ID: "", LIVEPERSON_CLIENT_ID: "" }, /LIVEPERSON_ACCOUNT_ID is not set\./],
    [{ XSIAM_URL: "http://example.com" }, /XSIAM_URL must use https/],
    [{ CA_CERTIFICATE_FILE: "data/none.pem" }, /CA_CERTIFICATE_FILE: there is no such file/],
    [{ CA_CERTIFICATE_FILE: "/root/ca.pem" }, /CA_CERTIFICATE_FILE: Deno was not given the right/],
    [{ DENO_KV_PATH: "/nowhere/x.db" }, /DENO_KV_PATH: Deno was not given the right/],
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
