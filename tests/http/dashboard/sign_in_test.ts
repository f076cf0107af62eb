/** Who gets to see the page, and who may press its buttons: the real bundle, by HTTP and in a browser. */
import assert from "node:assert/strict";
import { sessionCookie } from "../../../src/http/auth/session.ts";
import { SECRETS } from "../../environment.ts";
import { Stage } from "../../cloudflare/stage.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "./browser.ts";

const { API_TOKEN } = SECRETS;

interface Sent {
  readonly method?: string;
  readonly cookie?: string;
  readonly origin?: string | null;
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

/** A request as a browser would send it, from the page itself unless `origin` says otherwise. */
async function send(stage: Stage, path: string, sent: Sent = {}) {
  const { method = sent.form ? "POST" : "GET", cookie, form, origin = stage.worker.url } = sent;
  const response = await stage.worker.fetch(path, {
    method,
    redirect: "manual",
    headers: {
      ...(cookie !== undefined && { Cookie: `session=${cookie}` }),
      ...(origin !== null && { Origin: origin }),
      ...sent.headers,
    },
    body: form && new URLSearchParams(form),
  });
  const text = await response.text();
  assert.ok(!text.includes(API_TOKEN), "the API token is never shown");
  return { status: response.status, headers: response.headers, text };
}

async function signedIn(stage: Stage): Promise<string> {
  const { headers } = await send(stage, "/sign-in", { form: { api_token: API_TOKEN, to: "/" } });
  return /^session=([^;]+);/.exec(headers.get("Set-Cookie") ?? "")![1];
}

async function formToken(stage: Stage, cookie: string): Promise<string> {
  const { text } = await send(stage, "/actions/collect", { cookie });
  return /name="token" value="([^"]+)"/.exec(text)![1];
}

Deno.test("signing in, by HTTP", async (t) => {
  await using stage = await Stage.open();

  await t.step("everybody gets the form, and nothing else", async () => {
    for (const path of ["/", "/?account=x", "/events?start=1+day", "/actions/collect"]) {
      const { status, text, headers } = await send(stage, path);
      assert.equal(status, 401);
      assert.match(text, /<h1[^>]*>Sign in<\/h1>/);
      assert.doesNotMatch(text, /12345678/);
      assert.equal(headers.get("Cache-Control"), "no-store");
      const policy = headers.get("Content-Security-Policy")!;
      for (
        const rule of [
          /default-src 'none'/,
          /style-src 'sha256-/,
          /form-action 'self'/,
          /frame-ancestors 'none'/,
          /base-uri 'none'/,
        ]
      ) assert.match(policy, rule);
      assert.doesNotMatch(policy, /script-src|unsafe/);
      assert.doesNotMatch(text, /<script/);
    }
    const bearer = { Authorization: `Bearer ${API_TOKEN}` };
    assert.equal((await send(stage, "/", { headers: bearer })).status, 401);
  });

  await t.step("a wrong token is refused, whatever it is, with the same answer", async () => {
    const answers = new Set<string>();
    for (const token of ["wrong", "", `${API_TOKEN}x`, API_TOKEN.slice(0, -1)]) {
      const answer = await send(stage, "/sign-in", { form: { api_token: token } });
      assert.equal(answer.status, 401);
      assert.equal(answer.headers.get("Set-Cookie"), null);
      answers.add(answer.text.replace(/As of .*? UTC/, ""));
    }
    assert.equal((await send(stage, "/sign-in", { form: { other: "x" } })).status, 401);
    assert.equal(answers.size, 1);
  });

  await t.step("the right one gives a signed cookie that does not hold it", async () => {
    const { status, headers } = await send(stage, "/sign-in", {
      form: { api_token: ` ${API_TOKEN} `, to: "/events" },
    });
    assert.equal(status, 303);
    assert.equal(headers.get("Location"), "/events");
    const cookie = headers.get("Set-Cookie")!;
    assert.match(cookie, /^session=\d+\.[\w-]{22}\.[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; /);
    assert.match(cookie, /SameSite=Strict/);
    assert.ok(!cookie.includes(API_TOKEN));
    assert.equal((await send(stage, "/", { cookie: await signedIn(stage) })).status, 200);
  });

  await t.step("leads nowhere else afterwards", async () => {
    for (const to of ["//evil.example", "https://evil.example/", "/\\evil.example", "/status"]) {
      const { headers } = await send(stage, "/sign-in", { form: { api_token: API_TOKEN, to } });
      assert.equal(headers.get("Location"), "/", to);
    }
  });

  await t.step("expired, forged and mangled cookies are refused", async () => {
    const good = await signedIn(stage);
    const [expires, id, signature] = good.split(".");
    const bad = {
      "signed with the API token": sessionCookie(API_TOKEN, id, Date.now()),
      "of another key": sessionCookie("another-key", id, Date.now()),
      "with a later expiry": `${Number(expires) + 1}.${id}.${signature}`,
      "of another id": `${expires}.${id.toUpperCase()}A`.slice(0, -1) + `.${signature}`,
      "without a signature": `${expires}.${id}.`,
      "cut short": good.slice(0, -1),
      empty: "",
      "the token itself": API_TOKEN,
    };
    for (const [name, cookie] of Object.entries(bad)) {
      assert.equal((await send(stage, "/", { cookie })).status, 401, name);
    }
    assert.equal((await send(stage, "/", { cookie: good })).status, 200);
  });

  await t.step(
    "the session opens the page only: the routes keep asking for the token",
    async () => {
      const cookie = await signedIn(stage);
      for (const path of ["/status", "/dead-letters", "/get-events", "/healthz?deep=true"]) {
        assert.equal((await send(stage, path, { cookie })).status, 401, path);
      }
      assert.equal((await send(stage, "/collect", { cookie, method: "POST" })).status, 401);
    },
  );

  await t.step("a form that is not the page's own does nothing", async () => {
    const cookie = await signedIn(stage);
    const token = await formToken(stage, cookie);
    const foreign = await formToken(stage, await signedIn(stage));
    const account = "12345678";
    const { url } = stage.worker;
    const refused: Record<string, Sent> = {
      "no token": { form: { account } },
      "an empty token": { form: { account, token: "" } },
      "another session's token": { form: { account, token: foreign } },
      "the token, mangled": { form: { account, token: `${token}x` } },
      "another origin": { form: { account, token }, origin: "https://evil.example" },
      "another port": { form: { account, token }, origin: url.replace(/\d+$/, "1") },
      "an origin that is hidden": { form: { account, token }, origin: "null" },
      "no origin": { form: { account, token }, origin: null },
      "another site, says the browser": {
        form: { account, token },
        headers: { "Sec-Fetch-Site": "cross-site" },
      },
    };
    for (const path of ["/actions/collect", "/actions/test-connection", "/sign-out"]) {
      for (const [name, sent] of Object.entries(refused)) {
        const { status, text, headers } = await send(stage, path, { ...sent, cookie });
        assert.equal(status, 403, `${name}, ${path}`);
        assert.match(text, /Nothing was done.*pass on the Host header/s);
        assert.equal(headers.get("Set-Cookie"), null);
      }
      const unsigned = await send(stage, path, { form: { account, token } });
      assert.equal(unsigned.status, 401);
    }
    assert.deepEqual(stage.asked(), {});
    const form = { api_token: API_TOKEN };
    const origin = "https://evil.example";
    assert.equal((await send(stage, "/sign-in", { form, origin })).status, 403);
    const large = { account, token, more: "x".repeat(17_000) };
    assert.equal((await send(stage, "/actions/collect", { cookie, form: large })).status, 413);
    assert.equal(
      (await send(stage, "/actions/collect", { cookie, form: { account, token } })).status,
      303,
    );
    assert.ok(stage.asked().audit >= 1);
  });

  await t.step(
    "a form whose session has ended leads back to its question, and does nothing",
    async () => {
      const range = { from: "2026-09-01T00:00:00.000Z", to: "2026-09-02T00:00:00.000Z" };
      const fields = { account: "12345678", ...range };
      const form = { ...fields, token: "of a session that has ended", confirm: "12345678" };
      const asked = await send(stage, "/actions/backfill", { form });
      assert.equal(asked.status, 401);
      assert.match(asked.text, /Nobody is signed in, so nothing was done/);
      const to = /name="to" value="([^"]*)"/.exec(asked.text)![1].replaceAll("&amp;", "&");
      assert.equal(to, `/actions/backfill?${new URLSearchParams(fields)}`);
      const { headers } = await send(stage, "/sign-in", { form: { api_token: API_TOKEN, to } });
      assert.equal(headers.get("Location"), to);
      const question = await send(stage, to, { cookie: await signedIn(stage) });
      assert.match(question.text, /<h1[^>]*>Backfill\?<\/h1>.*1 Sep 2026, 00:00 UTC to 2 Sep/s);
      assert.equal((await stage.get("/status")).body.backfill, null);
      const others: [string, Sent][] = [
        ["/actions/backfill", { form, origin: "https://evil.example" }],
        ["/actions/backfill", { form: { ...form, from: "x".repeat(5_000) } }],
        ["/sign-out", { form }],
      ];
      for (const [path, sent] of others) {
        assert.match((await send(stage, path, sent)).text, /name="to" value="\/"/, path);
      }
    },
  );

  await t.step("what is not there is told so", async () => {
    const cookie = await signedIn(stage);
    for (
      const path of [
        "/?account=other",
        "/actions/nothing",
        "/actions/constructor",
        "/events?account=other",
      ]
    ) {
      assert.equal((await send(stage, path, { cookie })).status, 404, path);
    }
  });

  await t.step("another method is told which ones the path takes", async () => {
    const cookie = await signedIn(stage);
    const refused = [
      ["POST", "/", "GET"],
      ["POST", "/events", "GET"],
      ["DELETE", "/actions/collect", "GET, POST"],
      ["PUT", "/sign-in", "GET, POST"],
      ["GET", "/sign-out", "POST"],
    ];
    for (const [method, path, allowed] of refused) {
      const { status, headers } = await send(stage, path, { cookie, method });
      assert.deepEqual([status, headers.get("Allow")], [405, allowed], path);
    }
  });

  await t.step("a form that can't be read is the sender's fault", async () => {
    const cookie = await signedIn(stage);
    const headers = { "Content-Type": "multipart/form-data" };
    for (const path of ["/sign-in", "/actions/collect", "/sign-out"]) {
      const sent = { cookie, form: { api_token: API_TOKEN }, headers };
      const { status, text } = await send(stage, path, sent);
      assert.equal(status, 400, path);
      assert.match(text, /The arguments are not valid/);
    }
  });
});

Deno.test("without API_TOKEN the page is closed, and says which setting is missing", async () => {
  await using stage = await Stage.open({ settings: { API_TOKEN: undefined } });
  await using browser = await TestBrowser.open();
  for (const path of ["/", "/events", "/actions/collect"]) {
    const { status, text } = await send(stage, path, {
      cookie: sessionCookie("", "A".repeat(22), Date.now()),
    });
    assert.equal(status, 503);
    assert.match(text, /The setting API_TOKEN is missing/);
  }
  const answer = await send(stage, "/sign-in", { form: { api_token: "" } });
  assert.equal(answer.status, 503);
  const page = await browser.page(stage.worker.url);
  await page.goto("/");
  await look(page, "closed");
});

Deno.test("signing in, in a browser", async (t) => {
  await using stage = await Stage.open();
  await using browser = await TestBrowser.open();
  const { url } = stage.worker;

  await t.step("wrong, right, and out again", async () => {
    const page = await browser.page(url);
    await page.goto("/");
    await look(page, "sign-in");
    await signIn(page, "wrong");
    assert.equal(await page.getByRole("alert").textContent(), "That is not the API token.");
    await look(page, "sign-in-wrong");
    await signIn(page, API_TOKEN);
    assert.equal(await heading(page), "Waiting for the first run");
    const [cookie] = await page.context().cookies();
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, "Strict");
    assert.ok(!JSON.stringify(cookie).includes(API_TOKEN));
    await page.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await heading(page), "Sign in");
    await page.goto("/");
    assert.equal(await heading(page), "Sign in");
    assert.deepEqual(await page.context().cookies(), []);
  });

  await t.step("with the keyboard alone: signs in, and confirms an action", async () => {
    const page = await browser.page(url);
    /** Presses Tab until that has the focus, which must be seen. */
    const tabTo = async (name: string) => {
      for (let pressed = 0; pressed < 30; pressed++) {
        await page.keyboard.press("Tab");
        const [focused, outline]: string[] = await page.evaluate(`[
          (document.activeElement.labels?.[0] ?? document.activeElement).innerText,
          getComputedStyle(document.activeElement).outlineStyle]`);
        if (focused.trim() !== name) continue;
        assert.notEqual(outline, "none", `the focus on ${name} is seen`);
        return;
      }
      assert.fail(`Tab never came to ${name}`);
    };
    await page.goto("/");
    await tabTo("API token");
    await page.keyboard.type(API_TOKEN);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Waiting for the first run" }).waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.innerText"), "Skip to the content");
    await tabTo("Test connection");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "What could be tested works" }).waitFor();
    await look(page, "tested");
    await tabTo("Collect now");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Collect now?" }).waitFor();
    await look(page, "confirm");
    await tabTo("Collect now");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Nothing new" }).waitFor();
  });

  await t.step("on a phone", async () => {
    const page = await browser.page(url, PHONE);
    await page.goto("/");
    await look(page, "sign-in-phone");
  });

  await t.step("a form on another site gets nowhere", async () => {
    const page = await browser.page(url);
    await signIn(page, API_TOKEN);
    const asked = JSON.stringify(stage.asked());
    await using foreign = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () =>
        new Response(
          `<form method="post" action="${url}/actions/collect"><button>Win</button></form>`,
          { headers: { "Content-Type": "text/html" } },
        ),
    );
    await page.goto(`http://localhost:${foreign.addr.port}/`);
    await page.getByRole("button", { name: "Win" }).click();
    assert.equal(await heading(page), "Sign in", "SameSite=Strict kept the cookie back");
    assert.equal(JSON.stringify(stage.asked()), asked);
  });
});
