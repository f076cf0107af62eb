/**
 * Unpacks the Chromium of the npm package into the folder that TMPDIR names, with the libraries that a
 * bare machine lacks. A process of its own, because the package reads where and what from the environment.
 */
import chromium from "@sparticuz/chromium";

await chromium.executablePath();
