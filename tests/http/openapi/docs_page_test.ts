/** The page at `/docs` in a real browser: who may read it, what it tells, and how it looks. */
import assert from "node:assert/strict";
import { REASONS } from "../../../src/problems.ts";
import { sessionCookie } from "../../../src/http/auth/session.ts";
import { heading, look, PHONE, signIn, TestBrowser } from "../dashboard/browser.ts";
import { SECRETS } from "../../environment.ts";
import { Stage } from "../../cloudflare/stage.ts";

Deno.test("the page at /docs", async (t) => {
  await using stage = await Stage.open();
  await using browser = await TestBrowser.open();
  const extraHTTPHeaders = { Authorization: `Bearer ${SECRETS.API_TOKEN}` };
  const page = await browser.page(stage.worker.url, { extraHTTPHeaders });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).origin));
  await page.goto("/docs");

  await t.step("has every route and every problem, and links that lead somewhere", async () => {
    const { body: api } = await stage.get("/openapi.json");
    const text = await page.locator("main").innerText();
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const method of Object.keys(methods as object)) {
        assert.ok(text.includes(`${method.toUpperCase()}${path}`), `${method} ${path}`);
      }
    }
    for (const [code, { action }] of Object.entries(REASONS)) {
      assert.ok(text.includes(code) && text.includes(action), code);
    }
    const broken = await page.evaluate(`
      [...document.querySelectorAll("a[href^='#']")].map((link) => link.hash.slice(1))
        .filter((id) => document.getElementById(id) === null)`);
    assert.deepEqual(broken, []);
  });

  await t.step("is readable and accessible, in light and dark, wide and on a phone", async () => {
    await look(page, "docs");
    await page.setViewportSize(PHONE.viewport);
    await look(page, "docs-phone");
  });

  await t.step("needs no script and nothing from another host", async () => {
    const { text, headers } = await stage.get("/docs");
    assert.doesNotMatch(text, /<script|\son\w+=|style="/);
    assert.match(
      headers.get("Content-Security-Policy")!,
      /^default-src 'none'; style-src 'sha256-/,
    );
    assert.deepEqual(new Set(asked), new Set([new URL(stage.worker.url).origin]));
  });

  await t.step("is for whoever has the token or is signed in, as is the document", async () => {
    const signedIn = await stage.worker.fetch("/sign-in", {
      method: "POST",
      redirect: "manual",
      headers: { Origin: stage.worker.url },
      body: new URLSearchParams({ api_token: SECRETS.API_TOKEN }),
    });
    await signedIn.body?.cancel();
    const cookie = /^session=([^;]+);/.exec(signedIn.headers.get("Set-Cookie")!)![1];
    const foreign = sessionCookie("another", cookie.split(".")[1], Date.now());
    for (const path of ["/docs", "/openapi.json"]) {
      const ask = (value: string) =>
        stage.request("GET", path, { token: null, headers: { Cookie: `session=${value}` } });
      assert.equal((await ask(cookie)).status, 200);
      assert.equal((await ask(foreign)).status, 401);
      assert.equal((await stage.request("GET", path, { token: null })).status, 401);
    }
  });

  await t.step("a browser that is not signed in signs in first, and comes back", async () => {
    const stranger = await browser.page(stage.worker.url);
    await stranger.goto("/docs");
    await stranger.getByLabel("API token").fill(SECRETS.API_TOKEN);
    await stranger.getByRole("button", { name: "Sign in" }).click();
    assert.match(stranger.url(), /\/docs$/);
    assert.match(await heading(stranger), /^API of the/);
    const pages = stranger.getByRole("navigation", { name: "Pages" });
    const names = ["Status", "Events", "Activity", "API"];
    assert.deepEqual(await pages.getByRole("link").allInnerTexts(), names);
    assert.equal(await stranger.getByRole("button", { name: "Sign out" }).count(), 1);
    await pages.getByRole("link", { name: "Status" }).click();
    assert.equal(await heading(stranger), "Waiting for the first run");
    await stranger.getByRole("link", { name: "API" }).click();
    assert.match(stranger.url(), /\/docs$/);
  });

  await t.step("whoever is signed in can sign out from here", async () => {
    const leaving = await browser.page(stage.worker.url);
    await signIn(leaving, SECRETS.API_TOKEN);
    await leaving.goto("/docs");
    await leaving.getByRole("button", { name: "Sign out" }).click();
    assert.equal(await heading(leaving), "Sign in");
  });

  await t.step("where nothing is, a browser gets a page, and a program a problem", async () => {
    const stranger = await browser.page(stage.worker.url);
    const response = await stranger.goto("/nothing/here");
    assert.equal(response!.status(), 404);
    assert.equal(await heading(stranger), "There is no such page");
    assert.equal(await stranger.getByRole("navigation").count(), 0);
    assert.match(
      await stranger.innerText("main"),
      /The repository explains not_found in docs\/problems\.md/,
    );
    await look(stranger, "missing");
    await stranger.setViewportSize(PHONE.viewport);
    await look(stranger, "missing-phone");
    await stranger.getByRole("link", { name: "Status page" }).click();
    await stranger.getByLabel("API token").fill(SECRETS.API_TOKEN);
    await stranger.getByRole("button", { name: "Sign in" }).click();
    await stranger.goto("/nothing/here");
    assert.equal(await stranger.getByRole("navigation", { name: "Pages" }).count(), 1);
    await stranger.getByRole("link", { name: "More about not_found" }).click();
    assert.match(stranger.url(), /\/docs#code-not_found$/);
    assert.equal(await stranger.locator(":target").innerText(), "not_found");
    for (const accept of ["*/*", "application/json", undefined]) {
      const headers = accept === undefined ? undefined : { Accept: accept };
      const { status, body } = await stage.request("GET", "/nothing/here", {
        token: null,
        headers,
      });
      assert.deepEqual([status, body.code], [404, "not_found"]);
    }
  });
});
