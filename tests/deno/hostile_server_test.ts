/** Servers and proxies that are broken or hostile, on real connections, through each HTTP client of the Deno host. */
import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createPlainServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { CollectorError } from "../../src/errors.ts";
import { HttpClients, PROXY_VARIABLES } from "../../src/deno/http_clients.ts";
import { endsInTime } from "../../src/deno/stopping.ts";
import { whoIsVouchedFor } from "../../src/http/auth/cloudflare_access.ts";
import { Upstream } from "../../src/upstream/upstream.ts";
import { assertStopsRun, RunningHost } from "./running_host.ts";
import { openDenoStage } from "./stage.ts";

const MIB = 1024 * 1024;
const TRUST = [false, true];

/** A server that answers each request in this way; `closed` counts the connections that have ended. */
async function serving(answer: (response: ServerResponse) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => answer(response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Asks once, through the client of these settings: the status, or why there was no answer. */
async function ask(
  url: string,
  { trust, name = "audit", timeoutMs = 20_000, ending }: {
    trust: boolean;
    name?: string;
    timeoutMs?: number;
    ending?: AbortSignal;
  },
): Promise<number | string> {
  const clients = new HttpClients();
  const { fetch } = await clients.of({
    TRUST_ANY_CERTIFICATE: trust,
    USE_SYSTEM_PROXY: url.startsWith("https:"),
    CA_CERTIFICATE_FILE: undefined,
  });
  const upstream = new Upstream({
    ...{ fetch, now: () => 0, timeoutMs, retryDelayMs: 0, deadlineMs: 0, maxRequests: 1 },
    ...(ending && { ending }),
  });
  try {
    return (await upstream.send({ name, method: "GET", url, once: true })).status;
  } catch (error) {
    assert.ok(error instanceof CollectorError, String(error));
    return error.code;
  } finally {
    await clients.close();
  }
}

Deno.test("an answer that drips for ever is given up in time, and when the host stops", async () => {
  for (const trust of TRUST) {
    const timers = new Set<ReturnType<typeof setInterval>>();
    const stopping = new AbortController();
    let drops = 0;
    await using server = await serving((response) => {
      response.writeHead(200);
      const timer = setInterval(() => {
        response.write(" ");
        if (++drops === 3) stopping.abort();
      }, 5);
      timers.add(timer);
      response.on("close", () => clearInterval(timer));
    });
    assert.equal(await ask(server.url, { trust, timeoutMs: 100 }), "upstream_timeout");
    drops = 0;
    const options = { trust, ending: stopping.signal };
    assert.equal(await ask(server.url, options), "run_interrupted");
    for (const timer of timers) clearInterval(timer);
  }
});

Deno.test("a gzip bomb is read up to the limit of what it unpacks to", async () => {
  const bomb = gzipSync(new Uint8Array(200 * MIB).fill(32), { level: 9 });
  for (const trust of TRUST) {
    await using server = await serving((response) => {
      response.writeHead(200, { "Content-Encoding": "gzip", "Content-Length": bomb.length });
      response.end(bomb);
    });
    const before = Deno.memoryUsage().rss;
    for (const name of ["audit", "token", "other"]) {
      assert.equal(await ask(server.url, { trust, name }), "upstream_too_large");
    }
    assert.ok(Deno.memoryUsage().rss - before < 150 * MIB, "it was not unpacked whole");
  }
});

Deno.test("blanks without end are read up to the limit, and the connection is closed", async () => {
  const blanks = new Uint8Array(MIB).fill(32);
  for (const trust of TRUST) {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    await using server = await serving((response) => {
      const more = () => {
        sent += MIB;
        response.write(blanks, (error) => error ? closed.resolve() : more());
      };
      response.on("close", closed.resolve);
      more();
    });
    assert.equal(await ask(server.url, { trust }), "upstream_too_large");
    await closed.promise;
    assert.ok(sent < 60 * MIB, `${sent / MIB} MiB were taken`);
  }
});

Deno.test("a body in single bytes is read in time, and their number costs no memory", async () => {
  const bytes = 300_000;
  const piece = new TextEncoder().encode("1\r\n \r\n".repeat(1000));
  for (const trust of TRUST) {
    await using server = await serving((response) => {
      const socket = response.socket!;
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      let sent = 0;
      const more = () => {
        if ((sent += 1000) > bytes) return void socket.end("0\r\n\r\n");
        socket.write(piece, (error) => error ?? more());
      };
      more();
    });
    const before = Deno.memoryUsage().rss;
    assert.equal(await ask(server.url, { trust }), 200);
    const grown = Deno.memoryUsage().rss - before;
    assert.ok(grown < 250 * MIB, `${Math.round(grown / MIB)} MiB`);
  }
});

Deno.test("Access keys without end are read up to the limit, and nobody is vouched for", async () => {
  const blanks = new Uint8Array(64 * 1024).fill(32);
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  await using server = await serving((response) => {
    const more = () => {
      sent += blanks.length;
      response.write(blanks, (error) => error ? closed.resolve() : more());
    };
    response.on("close", closed.resolve);
    more();
  });
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const token = `${part({ alg: "RS256", kid: "1" })}.${part({ iat: 1, exp: 2 })}.AAAA`;
  const settings = { issuer: new URL(server.url).origin, audience: "application" };
  assert.equal(await whoIsVouchedFor(token, settings, new Map(), { fetch, nowMs: 1500 }), null);
  await closed.promise;
  assert.ok(sent < 16 * MIB, `${sent / MIB} MiB were taken`);
});

Deno.test("a status from 600 on is an answer of the service", async () => {
  await using server = await serving((response) => {
    response.socket!.end("HTTP/1.1 700 Beyond\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  for (const trust of TRUST) assert.equal(await ask(server.url, { trust }), 700);
});

Deno.test("a proxy that ends its connections is asked once a request, wherever it ends them", async () => {
  const before = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const end of ["at once", "after its answer"]) {
      for (const trust of TRUST) {
        let asked = 0;
        const proxy = createPlainServer((socket) => {
          socket.on("error", () => {}).once("data", () => {
            asked++;
            if (end === "at once") socket.destroy();
            else socket.end("HTTP/1.1 200 Connection established\r\n\r\n");
          });
        });
        await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
        const { port } = proxy.address() as AddressInfo;
        for (const name of PROXY_VARIABLES) Deno.env.delete(name);
        Deno.env.set("HTTPS_PROXY", `http://127.0.0.1:${port}`);
        const outcome = await ask("https://example.com/", { trust });
        assert.deepEqual([outcome, asked], ["upstream_unreachable", 1], `${end}, ${trust}`);
        await new Promise((resolve) => proxy.close(resolve));
      }
    }
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
});

Deno.test("with any certificate trusted, an answer that drips holds up no stop", async () => {
  await using stage = await openDenoStage();
  let drips = 0;
  await using server = await serving((response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" ") && drips++, 20);
    response.on("close", () => clearInterval(timer));
  });
  await using host = await RunningHost.start(stage.folder, {
    ...stage.settings,
    LIVEPERSON_DOMAIN_API_URL: new URL(server.url).origin,
    TRUST_ANY_CERTIFICATE: "true",
    REQUEST_TIMEOUT: "5 minutes",
  });
  await assertStopsRun(host, "the answer that drips", () => drips > 0);
});

Deno.test("while an answer drips, commands are answered once its time is up", async () => {
  await using stage = await openDenoStage();
  await using server = await serving((response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  });
  await using host = await RunningHost.start(stage.folder, {
    ...stage.settings,
    LIVEPERSON_DOMAIN_API_URL: new URL(server.url).origin,
    TRUST_ANY_CERTIFICATE: "true",
    REQUEST_TIMEOUT: "1 second",
    RETRY_DELAY: "0 seconds",
  });
  const answers = await Promise.all([
    host.fetch("/collect", { method: "POST" }),
    host.fetch("/backfill", { method: "DELETE" }),
  ]);
  const [collected] = await Promise.all(answers.map((answer) => answer.json()));
  assert.equal(collected.code, "upstream_timeout");
  assert.equal(answers[1].status, 200);
});

Deno.test("stopping has a limit", async () => {
  assert.equal(await endsInTime(Promise.resolve()), true);
  assert.equal(await endsInTime(new Promise(() => {}), 1), false);
  await assert.rejects(endsInTime(Promise.reject(new TypeError("no"))), TypeError);
});
