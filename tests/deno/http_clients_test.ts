/** The system's proxy and certificates, against a real proxy and real TLS on loopback. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { RunReport } from "../../src/collector/health/report.ts";
import { createApp } from "../../src/http/app.ts";
import { HttpClients, PROXY_VARIABLES } from "../../src/deno/http_clients.ts";
import type { DenoCollectors } from "../../src/deno/collectors.ts";
import type { Problem } from "../../src/problems.ts";
import { readSettings } from "../../src/pipelines/settings.ts";
import { makeCertificates } from "./certificates.ts";
import { startDroppingServer, startForwardProxy, startTls } from "./counterparts.ts";
import { ACCOUNT, SECOND } from "../environment.ts";
import { type DenoStage, openDenoStage } from "./stage.ts";

const CERTIFICATES = await makeCertificates();

/** Collects once: what was delivered, or why it failed. */
async function collect(collectors: DenoCollectors, id = ACCOUNT): Promise<number | Problem> {
  const pipeline = collectors.pipelines.find(({ account }) => account === id)!;
  const outcome = await collectors.of(pipeline).collect("cron");
  if (!outcome.ok) return outcome.problem;
  const { problem, delivered } = outcome.value as RunReport;
  return problem ?? delivered;
}

function codeOf(result: number | Problem): string {
  return typeof result === "number" ? `${result} delivered` : result.code;
}

/** Sets the proxy variables of this process, and puts back what was there. */
function proxyVariables(variables: Record<string, string>): Disposable {
  const before = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  for (const name of PROXY_VARIABLES) Deno.env.delete(name);
  for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
    },
  };
}

async function caFile(stage: DenoStage, pem: string): Promise<string> {
  const file = join(stage.folder, "ca.pem");
  await writeFile(file, pem);
  return file;
}

Deno.test("the system's proxy is ignored, unless USE_SYSTEM_PROXY is on", async () => {
  await using stage = await openDenoStage();
  await using proxy = await startForwardProxy();
  using _ = proxyVariables({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
  stage.addChanges(3);
  assert.equal(await collect(await stage.open()), 3);
  assert.equal(proxy.asked.length, 0);
  assert.equal(Deno.env.get("HTTP_PROXY"), proxy.url, "the variables are as they were");

  stage.addChanges(1, "one more");
  assert.equal(await collect(await stage.open({ USE_SYSTEM_PROXY: "true" })), 1);
  assert.ok(proxy.asked.includes(`POST ${stage.xsiam.url}/logs/v1/event`), proxy.asked.join());
  assert.ok(proxy.asked.every((line) => line.includes(" http://127.0.0.1:")));
});

Deno.test("https goes through the proxy's tunnel, with a private authority or with any certificate", async () => {
  await using stage = await openDenoStage();
  await using proxy = await startForwardProxy();
  await using tls = await startTls(CERTIFICATES.issued, stage.xsiam.url);
  using _ = proxyVariables({ https_proxy: proxy.url });
  const base = { USE_SYSTEM_PROXY: "true", XSIAM_URL: tls.url };
  const variants: Record<string, string>[] = [
    { CA_CERTIFICATE_FILE: await caFile(stage, CERTIFICATES.authority) },
    { TRUST_ANY_CERTIFICATE: "true" },
  ];
  for (const [index, variant] of variants.entries()) {
    stage.addChanges(2, `round ${index}`);
    assert.equal(codeOf(await collect(await stage.open({ ...base, ...variant }))), "2 delivered");
    assert.equal(proxy.asked.at(-1), `CONNECT ${tls.host}`);
    assert.equal(proxy.asked.length, index + 1);
  }
});

Deno.test("Cloudflare Access's keys come the same way, but only from a server that proves who it is", async () => {
  await using stage = await openDenoStage();
  await using proxy = await startForwardProxy();
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const keys = [{ ...await exportJWK(publicKey), kid: "key-1", alg: "RS256", use: "sig" }];
  await using team = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ keys }),
  );
  const url = `http://127.0.0.1:${team.addr.port}`;
  await using tls = await startTls(CERTIFICATES.issued, url);
  using _ = proxyVariables({ HTTPS_PROXY: proxy.url });
  const CA_CERTIFICATE_FILE = await caFile(stage, CERTIFICATES.authority);
  const assertion = await new SignJWT({ email: "kim@example.com", sub: "user-1" })
    .setProtectedHeader({ alg: "RS256", kid: "key-1" })
    .setAudience("audience").setIssuer(tls.url).setIssuedAt().setExpirationTime("5 minutes")
    .sign(privateKey);
  const isLetIn = async (overrides: Record<string, string>) => {
    const settings = {
      ...stage.settings,
      ...overrides,
      CLOUDFLARE_ACCESS_TEAM_DOMAIN: tls.url,
      CLOUDFLARE_ACCESS_AUDIENCE: "audience",
    };
    const collectors = await stage.open(settings);
    const app = createApp<typeof settings>({
      connect: () => collectors,
      now: Date.now,
      log: () => {},
      fetch: collectors.fetch,
    });
    const headers = { "Cf-Access-Jwt-Assertion": assertion };
    const page = await (await app.request("/", { headers }, settings)).text();
    await collectors.close();
    return page.includes("kim@example.com");
  };
  assert.ok(await isLetIn({ CA_CERTIFICATE_FILE }));
  assert.deepEqual(proxy.asked, []);
  assert.ok(await isLetIn({ CA_CERTIFICATE_FILE, USE_SYSTEM_PROXY: "true" }));
  assert.deepEqual(proxy.asked, [`CONNECT ${tls.host}`]);
  assert.ok(!await isLetIn({}));
  assert.ok(!await isLetIn({ TRUST_ANY_CERTIFICATE: "true" }), "else anybody in between could");
});

Deno.test("NO_PROXY is honoured", async () => {
  await using stage = await openDenoStage();
  await using proxy = await startForwardProxy();
  using _ = proxyVariables({ HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
  stage.addChanges(3);
  for (const trust of ["false", "true"]) {
    const options = { USE_SYSTEM_PROXY: "true", TRUST_ANY_CERTIFICATE: trust };
    assert.equal(typeof await collect(await stage.open(options)), "number");
  }
  assert.deepEqual(proxy.asked, []);
});

Deno.test("an account's own setting is its own", async () => {
  await using stage = await openDenoStage();
  await using proxy = await startForwardProxy();
  await using tls = await startTls(CERTIFICATES.selfSigned, stage.xsiam.url);
  using _ = proxyVariables({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
  const collectors = await stage.open({
    XSIAM_URL: tls.url,
    LIVEPERSON_ACCOUNTS: JSON.stringify([
      { LIVEPERSON_ACCOUNT_ID: SECOND, USE_SYSTEM_PROXY: true, TRUST_ANY_CERTIFICATE: true },
    ]),
  });
  stage.addChanges(2);
  assert.equal(codeOf(await collect(collectors)), "upstream_unreachable");
  assert.deepEqual(proxy.asked, []);
  assert.equal(codeOf(await collect(collectors, SECOND)), "0 delivered");
  assert.ok(proxy.asked.length > 0);
  const warnings = stage.lines.filter((line) => line.event === "certificates_not_verified");
  assert.deepEqual(warnings.map((line) => line.accounts), [[SECOND]]);
});

Deno.test("a self-signed certificate is refused", async () => {
  await using stage = await openDenoStage();
  await using tls = await startTls(CERTIFICATES.selfSigned, stage.xsiam.url);
  stage.addChanges(3);
  const result = await collect(await stage.open({ XSIAM_URL: tls.url }));
  assert.equal(codeOf(result), "upstream_unreachable");
  assert.equal(stage.xsiam.requests.length, 0);
});

Deno.test("with TRUST_ANY_CERTIFICATE it is taken, and the log warns once, loudly", async () => {
  await using stage = await openDenoStage();
  await using tls = await startTls(CERTIFICATES.selfSigned, stage.xsiam.url);
  stage.addChanges(3);
  const collectors = await stage.open({ XSIAM_URL: tls.url, TRUST_ANY_CERTIFICATE: "true" });
  const [warning, ...others] = stage.lines;
  assert.deepEqual(others, []);
  assert.equal(warning.level, "warn");
  assert.equal(warning.event, "certificates_not_verified");
  assert.match(String(warning.message), /CERTIFICATES ARE NOT VERIFIED.*CA_CERTIFICATE_FILE/);
  assert.equal(codeOf(await collect(collectors)), "3 delivered");
});

Deno.test("with CA_CERTIFICATE_FILE the servers of a private authority are trusted, and no others", async () => {
  await using stage = await openDenoStage();
  await using issued = await startTls(CERTIFICATES.issued, stage.xsiam.url);
  await using selfSigned = await startTls(CERTIFICATES.selfSigned, stage.xsiam.url);
  const CA_CERTIFICATE_FILE = await caFile(stage, CERTIFICATES.authority);
  const run = async (tls: { url: string }, value: string) => {
    stage.addChanges(2, value);
    return codeOf(await collect(await stage.open({ CA_CERTIFICATE_FILE, XSIAM_URL: tls.url })));
  };
  assert.equal(await run(issued, "a"), "2 delivered");
  assert.equal(await run(selfSigned, "b"), "upstream_unreachable");
  await writeFile(CA_CERTIFICATE_FILE, CERTIFICATES.selfSigned.cert);
  // another destination: it gets everything
  assert.equal(await run(selfSigned, "c"), "6 delivered");
  assert.deepEqual(stage.lines.filter((line) => line.event === "certificates_not_verified"), []);
});

Deno.test("a request that got no answer is not sent again unasked", async () => {
  for (const TRUST_ANY_CERTIFICATE of [false, true]) {
    await using server = await startDroppingServer();
    const clients = new HttpClients();
    const settings = { USE_SYSTEM_PROXY: false, CA_CERTIFICATE_FILE: undefined };
    const client = await clients.of({ ...settings, TRUST_ANY_CERTIFICATE });
    const push = async (body: string | Uint8Array<ArrayBuffer>) =>
      await (await client.fetch(server.url, { method: "POST", body })).text();
    assert.equal(await push("some events"), "taken");
    await assert.rejects(push(new TextEncoder().encode("more")), TypeError);
    assert.deepEqual(server.received, ["11", "4"]);
    assert.equal(await push("more"), "taken");
    await clients.close();
  }
});

Deno.test("a CA file that can't be used is a problem of the account, which names the setting", async () => {
  await using stage = await openDenoStage();
  const wrong: [file: string, says: RegExp][] = [
    [join(stage.folder, "none.pem"), /no such file/],
    [await caFile(stage, "not a certificate"), /no certificate in PEM format/],
    [stage.folder, /can't be read/],
  ];
  for (const [file, says] of wrong) {
    const result = await collect(await stage.open({ CA_CERTIFICATE_FILE: file }));
    assert.equal(codeOf(result), "configuration_invalid");
    assert.match((result as Problem).detail, /^CA_CERTIFICATE_FILE: /);
    assert.match((result as Problem).detail, says);
  }
});

Deno.test("Workers refuse CA_CERTIFICATE_FILE, which they can't honour", () => {
  const settings = {
    LIVEPERSON_ACCOUNT_ID: ACCOUNT,
    LIVEPERSON_CLIENT_ID: "client",
    LIVEPERSON_CLIENT_SECRET: "secret",
    CA_CERTIFICATE_FILE: "ca.pem",
  };
  assert.throws(
    () => readSettings(settings, "workers"),
    /^CollectorError: CA_CERTIFICATE_FILE can't be used on Cloudflare Workers/,
  );
  assert.equal(readSettings(settings, "deno").CA_CERTIFICATE_FILE, "ca.pem");
});
