/**
 * A headless Chromium, the same on every Linux: out of an npm package, unpacked once, with the fonts it
 * draws with. Does I/O.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";
import config from "../../deno.json" with { type: "json" };
import { cached, cacheFolder } from "./cache.ts";
import { run } from "./run.ts";

const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-quic",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];

/** Makes the package unpack its libraries, too: they are those of this system, and do for others. */
const WITH_LIBRARIES = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" };

/** With what signs the package's Open Sans lacks, and with a font of fixed width. */
const FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"];

const FONT_SETTINGS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
`;

/** Starts the browser; where the package has none for the system, the Chrome that is installed. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ args: ARGUMENTS, ...await program() });
}

async function program(): Promise<LaunchOptions> {
  if (Deno.build.target !== "x86_64-unknown-linux-gnu") return { channel: "chrome" };
  const version = config.imports["@sparticuz/chromium"].split("@").at(-1);
  const folder = await cached(
    cacheFolder("liveperson-audit-programs"),
    `chromium-${version}`,
    unpack,
  );
  const env = {
    ...Deno.env.toObject(),
    LD_LIBRARY_PATH: join(folder, "al2023", "lib"),
    FONTCONFIG_FILE: join(folder, "fonts.conf"),
  };
  return { executablePath: join(folder, "chromium"), env };
}

async function unpack(folder: string): Promise<void> {
  console.error("Unpacking Chromium, once: 220 MB ...");
  const script = fileURLToPath(new URL("unpack_chromium.ts", import.meta.url));
  const env = { TMPDIR: folder, ...WITH_LIBRARIES };
  await run(Deno.execPath(), ["run", "-A", "--quiet", "--no-check", script], { env });
  await mkdir(join(folder, "fonts"), { recursive: true });
  const { resolve } = createRequire(import.meta.url);
  for (const font of FONTS) {
    await copyFile(resolve(`dejavu-fonts-ttf/ttf/${font}`), join(folder, "fonts", font));
  }
  await writeFile(join(folder, "fonts.conf"), FONT_SETTINGS);
}
