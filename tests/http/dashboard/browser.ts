/**
 * A real browser for the page's tests. Whatever it says of the Content-Security-Policy fails the test;
 * every look at a page is checked by axe and kept as a picture in `.wrangler/screenshots`.
 */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import axe from "axe-core/axe.min.js";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { ROOT } from "../../../scripts/local/bundle.ts";
import { launchChromium } from "../../../scripts/programs/chromium.ts";

const PICTURES = join(ROOT, ".wrangler", "screenshots");

/** As narrow as 1280 pixels are at 400 %, at which WCAG 1.4.10 wants everything to be there still. */
export const PHONE = { viewport: { width: 320, height: 740 } };

export class TestBrowser implements AsyncDisposable {
  readonly #complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<TestBrowser> {
    await mkdir(PICTURES, { recursive: true });
    return new TestBrowser(await launchChromium());
  }

  /** A window without any cookies. */
  async page(baseURL: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL,
      viewport: { width: 1280, height: 860 },
      colorScheme: "light",
      ...options,
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    page.on("console", (message) => this.#note(message.text()));
    page.on("pageerror", (error) => this.#note(error.message));
    return page;
  }

  #note(text: string): void {
    if (/Content.Security.Policy|Refused to/i.test(text)) this.#complaints.push(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    assert.deepEqual(this.#complaints, [], "the browser had nothing to complain of");
  }
}

export async function signIn(page: Page, token: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("API token").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** What the page says first. */
export async function heading(page: Page): Promise<string> {
  return (await page.getByRole("heading", { level: 1 }).textContent()) ?? "";
}

/** Looks at a page in light and in dark: axe finds nothing, it is no wider than the window, and pictures are kept. */
export async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(page, `${name}, ${colorScheme}`, colorScheme === "dark");
    await page.screenshot({ path: join(PICTURES, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
  const [wide, window]: number[] = await page.evaluate(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  assert.ok(wide <= window, `${name} is ${wide} pixels wide in a window of ${window}`);
}

/** In the dark nothing but colours can be different. */
async function assertAccessible(page: Page, name: string, onlyColours: boolean): Promise<void> {
  const options = {
    resultTypes: ["violations"],
    ...(onlyColours && { runOnly: ["color-contrast", "link-in-text-block"] }),
  };
  if (!onlyColours) await page.evaluate(axe.source);
  const found: { id: string; nodes: string[] }[] = await page.evaluate(`
    axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html) })))`);
  assert.deepEqual(found, [], `axe on ${name}`);
}
