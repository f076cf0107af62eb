/** The host's HTTP server under attack: real connections on loopback, and a clock that the test moves. */
import assert from "node:assert/strict";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { LogLine } from "../../src/collector/platform.ts";
import { HttpServer, LIMITS, type ServerLimits } from "../../src/deno/http_server.ts";
import { until } from "../environment.ts";
import { FakeClock } from "./fake_clock.ts";
import { RunningHost } from "./running_host.ts";
import { openDenoStage } from "./stage.ts";

type Answer = (request: Request, peer: string) => Response | Promise<Response>;

interface StartOptions {
  readonly answer?: Answer;
  readonly limits?: Partial<ServerLimits>;
  /** How often accepting a connection fails first. */
  readonly failures?: number;
}

const ATTACKS = {
  idle: "",
  "half the headers": "GET / HTTP/1.1\r\nHost: localhost\r\n",
  "half the body": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf",
};

/** A client that reads only when it is told to. */
class Client implements Disposable {
  private constructor(readonly conn: Deno.TcpConn) {}

  static async connect(port: number, text = ""): Promise<Client> {
    const client = new Client(await Deno.connect({ hostname: "127.0.0.1", port }));
    await client.send(text);
    return client;
  }

  async send(text: string): Promise<void> {
    if (text !== "") await this.conn.write(new TextEncoder().encode(text));
  }

  /** What comes until it looks like this, or until the server ends the connection. */
  async read(end: RegExp | null = null): Promise<string> {
    const bytes = new Uint8Array(65_536);
    for (let text = "";;) {
      const count = await this.conn.read(bytes).catch(() => null);
      if (count === null) return text;
      text += new TextDecoder().decode(bytes.subarray(0, count));
      if (end?.test(text)) return text;
    }
  }

  [Symbol.dispose](): void {
    this.conn.close();
  }
}

function start({ answer = () => new Response("here"), limits, failures = 0 }: StartOptions = {}) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: LogLine[] = [];
  const clock = new FakeClock();
  let toFail = failures;
  const server = new HttpServer({
    listener: {
      accept() {
        if (toFail-- <= 0) return listener.accept();
        const error = new Error("Too many open files (os error 24)");
        return Promise.reject(Object.assign(error, { code: "EMFILE" }));
      },
      close: () => listener.close(),
    },
    answer,
    clock,
    log: (line) => void lines.push(line),
    limits,
  });
  const { port } = listener.addr;
  return {
    server,
    clock,
    lines,
    port,
    connect: (text?: string) => Client.connect(port, text),
    /** Whoever comes later is accepted later: then all before are there. */
    async fetch(init: RequestInit = {}): Promise<string> {
      return await (await fetch(`http://127.0.0.1:${port}/`, {
        ...init,
        headers: { Connection: "close" },
      })).text();
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Opens so many connections of each kind, and tells how many the server has ended. */
async function attack(port: number, each: number) {
  const clients: Client[] = [];
  let ended = 0;
  for (let round = 0; round < each; round++) {
    for (const text of Object.values(ATTACKS)) {
      const client = await Client.connect(port, text).catch(() => null);
      if (client === null) continue;
      clients.push(client);
      client.read().then(() => void ended++);
    }
  }
  return {
    ended: () => ended,
    [Symbol.dispose]: () => clients.forEach((client) => client[Symbol.dispose]()),
  };
}

Deno.test("connections without a use take nobody's place: the longest silent one makes room", async () => {
  await using host = start({ limits: { connections: 20 } });
  using attackers = await attack(host.port, 30);
  for (let visit = 0; visit < 5; visit++) assert.equal(await host.fetch(), "here");
  await until("the end of all but 20", () => attackers.ended() >= 90 - 20);
  assert.deepEqual(host.lines, [{ level: "warn", event: "connections_full", connections: 20 }]);
});

Deno.test("nobody is thrown out while the request is worked on, and then there may be no room", async () => {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const answer = () => ready.then(() => new Response("at last"));
  await using host = start({ answer, limits: { connections: 3 } });
  const get = ATTACKS["half the headers"] + "\r\n";
  const clients: Client[] = [];
  for (let i = 0; i < 3; i++) clients.push(await host.connect(get));
  const [first, second, third] = clients;
  const late = await host.connect(get);
  assert.equal(await late.read(), "", "turned away");
  host.clock.pass(3_600_000); // a run may take long
  resolve();
  for (const client of [first, second, third]) {
    assert.match(await client.read(/at last/), /^HTTP\/1.1 200 /);
    client[Symbol.dispose]();
  }
  late[Symbol.dispose]();
});

for (
  const [name, limitMs] of [
    ["idle", LIMITS.headersMs],
    ["half the headers", LIMITS.headersMs],
    ["half the body", LIMITS.bodyMs],
  ] as const
) {
  Deno.test(`a connection with ${name} is ended in time, drop by drop as well`, async () => {
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    await using host = start({
      async answer(request) {
        if (request.method === "POST") resolve();
        return new Response(await request.text());
      },
    });
    using client = await host.connect(ATTACKS[name]);
    if (name === "half the body") await begun;
    await host.fetch();
    host.clock.pass(limitMs - 2000);
    if (name !== "idle") await client.send("x");
    await host.fetch();
    host.clock.pass(4000);
    assert.equal(await client.read(), "");
  });
}

Deno.test("a connection may wait for its next request, but not for ever", async () => {
  await using host = start();
  using client = await host.connect();
  for (const waitMs of [0, LIMITS.idleMs - 2000]) {
    host.clock.pass(waitMs);
    await client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.match(await client.read(/here/), /^HTTP\/1.1 200 /);
    await host.fetch();
  }
  host.clock.pass(LIMITS.idleMs + 2000);
  assert.equal(await client.read(), "");
});

Deno.test("whoever doesn't take the answer is left, and the answer is made no further", async () => {
  const { promise: given, resolve: giveUp } = Promise.withResolvers<void>();
  let isGivenUp = false;
  given.then(() => isGivenUp = true);
  const endless = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
      cancel: () => giveUp(),
    });
  await using host = start({ answer: () => new Response(endless()) });
  using client = await host.connect("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await client.read(/^HTTP/);
  await until("the end", () => {
    host.clock.pass(LIMITS.sendingMs + 1000);
    return isGivenUp;
  });
});

Deno.test("when accepting fails, the longest silent one makes room, and the listener comes back", async () => {
  await using host = start({ failures: 3 });
  assert.equal(await host.fetch(), "here");
  assert.deepEqual(host.lines, [
    { level: "warn", event: "accept_failed", reason: "EMFILE", connections: 0 },
  ]);
});

Deno.test("a request tells where it comes from, and gets its body", async () => {
  const answer: Answer = async (request, peer) => new Response(`${peer}: ${await request.text()}`);
  await using host = start({ answer });
  assert.equal(await host.fetch({ method: "POST", body: "words" }), "127.0.0.1: words");
});

Deno.test("bodies of any form pass the app's limit, and so do requests without one", async () => {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 10 }));
  app.all("/", async (c) => c.text(`${c.req.method} ${await c.req.text()}`));
  await using host = start({ answer: (request) => app.fetch(request) });
  const chunked = () => new Blob(["in ", "parts"]).stream();
  assert.equal(await host.fetch({ method: "DELETE" }), "DELETE ");
  assert.equal(await host.fetch({ method: "POST", body: "whole" }), "POST whole");
  assert.equal(await host.fetch({ method: "POST", body: chunked() }), "POST in parts");
  assert.equal(await host.fetch({ method: "POST", body: "x".repeat(11) }), "Payload Too Large");
  const tooLong = new Blob(["x".repeat(11)]).stream();
  assert.equal(await host.fetch({ method: "POST", body: tooLong }), "Payload Too Large");
});

Deno.test("a target or a Host that would make another URL of it is refused", async () => {
  await using host = start({ answer: ({ url }) => new Response(url) });
  for (
    const [target, name, url] of [
      ["/a?b=c", "example.com", "http://example.com/a?b=c"],
      ["//evil.example/a", "example.com:8000", "http://example.com:8000//evil.example/a"],
      ["http://example.com/a", "example.com", "http://example.com/a"],
      ["http://EXAMPLE.com:80/a", "example.com", "http://example.com/a"],
      ["http://evil.example/a", "example.com", null],
      ["http://example.com:8000/a", "example.com", null],
      ["http://evil.example@example.com/a", "example.com", null],
      ["https://example.com/a", "example.com", null],
      ["/a", "example.com\r\nHost: evil.example", null],
      ["/a", "[::1]:8000", "http://[::1]:8000/a"],
      ["/a", "example.com/evil?", null],
      ["/a", "evil@example.com", null],
      ["*", "example.com", null],
      ["file:///etc/passwd", "example.com", null],
    ]
  ) {
    using client = await host.connect(
      `GET ${target} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`,
    );
    const [head, body] = (await client.read()).split("\r\n\r\n");
    assert.match(head, url === null ? /^HTTP\/1.1 400 / : /^HTTP\/1.1 200 /, `${target} ${name}`);
    if (url !== null) assert.ok(body.includes(url), body);
  }
});

Deno.test("what is not HTTP, or could be read in two ways, is refused", async () => {
  let asked = 0;
  await using host = start({ answer: () => new Response(String(++asked)) });
  const post = "POST / HTTP/1.1\r\nHost: localhost\r\n";
  for (
    const [text, status] of [
      [`${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
      [`${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`, 400],
      ...["gzip, chunked", "chunked, gzip", "xchunked", "identity"].map((coding) =>
        [`${post}Transfer-Encoding: ${coding}\r\n\r\n0\r\n\r\n`, 400] as const
      ),
      [`${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, 400],
      [`${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
      [`${post}Transfer-Encoding: chunked\nContent-Length: 3\r\n\r\n0\r\n\r\n`, 400],
      ["GET / HTTP/1.1\nHost: localhost\n\n", 400],
      ["GET / HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n", 400],
      [`${post}X: ${"x".repeat(100_000)}\r\n\r\n`, 431],
      ["\x16\x03\x01\x02\x00TLS, it seems\r\n\r\n", 400],
      ["CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n", null],
    ] as const
  ) {
    using client = await host.connect(text);
    const answer = await client.read();
    assert.ok(status === null ? answer === "" : answer.startsWith(`HTTP/1.1 ${status} `), answer);
  }
  assert.equal(asked, 0);
  assert.equal(await host.fetch(), "1");
});

Deno.test("a body is never taken for the next request, whatever the method, and broken ones end the connection", async () => {
  const asked: string[] = [];
  await using host = start({
    async answer(request) {
      await request.text();
      asked.push(new URL(request.url).pathname);
      return new Response("here");
    },
  });
  const hidden = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const next = "GET /next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  const size = hidden.length.toString(16);
  for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
    for (
      const framed of [
        `Content-Length: ${hidden.length}\r\n\r\n${hidden}`,
        `Transfer-Encoding: chunked\r\n\r\n${size};a=b\r\n${hidden}\r\n0\r\nX: y\r\n\r\n`,
      ]
    ) {
      using client = await host.connect(`${method} /first HTTP/1.1\r\nHost: a\r\n${framed}${next}`);
      assert.equal((await client.read()).match(/HTTP\/1\.1 200 /g)?.length, 2);
      assert.deepEqual(asked.splice(0).sort(), ["/first", "/next"], `${method} ${framed}`);
    }
  }
  for (const chunk of ["-1", "0x1", "1 ", "fffffffffffffffff", "1;a\nb"]) {
    using client = await host.connect(
      `POST /first HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}\r\na\r\n0\r\n\r\n${next}`,
    );
    assert.match(await client.read(), /^HTTP\/1\.1 400 [^]*Connection: close/);
    assert.deepEqual(asked.splice(0), [], chunk);
  }
});

Deno.test("each cookie has a header of its own, and an answer to HEAD no body", async () => {
  const headers = new Headers([["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
  await using host = start({ answer: () => new Response(null, { headers }) });
  using client = await host.connect(
    "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  );
  const text = await client.read();
  assert.match(text, /set-cookie: a=1\r\nset-cookie: b=2\r\n[^]*\r\n\r\n$/i);
});

Deno.test("a stop answers what is being worked on, and waits for nobody else", async () => {
  const begun = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  const host = start({
    async answer(request) {
      if (request.method === "POST") return new Response(await request.text());
      begun.resolve();
      await ready.promise;
      return new Response("done");
    },
  });
  using _attackers = await attack(host.port, 5);
  using client = await host.connect("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await begun.promise;
  const stopped = host.server.shutdown();
  ready.resolve();
  assert.match(await client.read(), /^HTTP\/1.1 200 [^]*Connection: close[^]*done/i);
  await stopped;
  assert.equal(host.clock.timers, 0);
});

Deno.test("whoever leaves in the middle of a form is no error of the collector", async () => {
  await using stage = await openDenoStage();
  await using host = await RunningHost.start(stage.folder, stage.settings);
  const type = "Content-Type: application/x-www-form-urlencoded";
  for (const length of ["Content-Length: 100", "Transfer-Encoding: chunked"]) {
    using client = await Client.connect(
      await host.port(),
      `POST /sign-in HTTP/1.1\r\nHost: here\r\nOrigin: http://here\r\n${type}\r\n${length}\r\n\r\n3\r\nabc\r\n`,
    );
    await client.conn.closeWrite();
    await client.read();
  }
  const tries = () => host.printed.match(/"action":"signIn"/g)?.length ?? 0;
  await until("the record of both", () => tries() === 2);
  assert.doesNotMatch(host.printed, /request_failed/);
});

Deno.test("hundreds of idle and half-sent connections, more than the process may open files, don't end the host", async () => {
  await using stage = await openDenoStage();
  for (
    const { openFiles, event } of [
      { openFiles: 96, event: "accept_failed" },
      { openFiles: 1024, event: "connections_full" },
    ]
  ) {
    await using host = await RunningHost.start(stage.folder, stage.settings, { openFiles });
    await host.fetch("/healthz");
    using attackers = await attack(await host.port(), 100);
    for (let visit = 0; visit < 5; visit++) {
      const response = await host.fetch("/healthz");
      assert.equal((await response.json()).status, "up");
    }
    assert.ok(attackers.ended() > 0);
    assert.ok(host.printed.includes(`"event":"${event}"`), host.printed);
    host.signal("SIGTERM");
    assert.equal(await host.ended(), 0, host.printed);
    assert.ok(!host.printed.includes("stopped_late"), host.printed);
  }
});
