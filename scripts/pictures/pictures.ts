/**
 * `deno task pictures`: makes the README's pictures again. The page is that of the demo's Worker, in a real
 * browser; the drawing comes from the index of destinations. Writes `docs/pictures`; loopback only.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KINDS } from "../../src/destinations/catalog.ts";
import { readOptions, scriptCommand } from "../cli/command_line.ts";
import { fireCron } from "../demo/play.ts";
import { API_TOKEN, startStage } from "../demo/stage.ts";
import { ROOT } from "../local/bundle.ts";
import { launchChromium } from "../programs/chromium.ts";
import { wayOfAnEvent } from "./way_of_an_event.ts";

export const PICTURES = join(ROOT, "docs", "pictures");

const command = scriptCommand("pictures", "Makes the README's pictures again, in docs/pictures.", [
  "",
]);

if (import.meta.main) {
  readOptions(command, Deno.args);
  await mkdir(PICTURES, { recursive: true });
  await writeFile(join(PICTURES, "way.svg"), wayOfAnEvent(KINDS.map(({ label }) => label)));
  await photograph(join(PICTURES, "status.png"));
  console.log("docs/pictures: way.svg, status.png");
}

/** The status page after some runs. */
async function photograph(path: string): Promise<void> {
  const stage = await startStage(0, ["xsiam"]);
  const browser = await launchChromium();
  try {
    for (let run = 0; run < 3; run++) await fireCron(stage);
    const page = await browser.newPage({
      viewport: { width: 1100, height: 760 },
      colorScheme: "light",
    });
    await page.goto(stage.worker.url);
    await page.getByLabel("API token").fill(API_TOKEN);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.screenshot({ path });
  } finally {
    await browser.close();
    await stage.close();
  }
}
