/** The cache of fetched programs: what is there is kept, and is only ever complete. */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, CacheUnusable } from "../../../scripts/programs/cache.ts";
import { withFolder } from "../../environment.ts";

Deno.test("what is in the cache is not made again", () =>
  withFolder(async (cache) => {
    const make = (content: string) => (folder: string) => writeFile(join(folder, "it"), content);
    await cached(cache, "one-1.0", make("first"));
    const folder = await cached(cache, "one-1.0", make("second"));
    assert.equal(await readFile(join(folder, "it"), "utf8"), "first");
  }));

Deno.test("what could not be made leaves nothing in the cache, and may be tried again", () =>
  withFolder(async (cache) => {
    const make = async (folder: string) => {
      await writeFile(join(folder, "half"), "");
      throw new Error("no network");
    };
    await assert.rejects(cached(cache, "one-1.0", make), /no network/);
    assert.deepEqual(await readdir(cache), [".lock"]);
    await cached(cache, "one-1.0", (folder) => writeFile(join(folder, "whole"), ""));
    assert.deepEqual(await readdir(join(cache, "one-1.0")), ["whole"]);
  }));

Deno.test("of several that want it at once, one makes it and the others wait", () =>
  withFolder(async (cache) => {
    let made = 0;
    const make = async (folder: string) => {
      made++;
      await writeFile(join(folder, "it"), "made");
    };
    const folders = await Promise.all([1, 2, 3].map(() => cached(cache, "one-1.0", make)));
    assert.deepEqual(new Set(folders), new Set([join(cache, "one-1.0")]));
    assert.equal(made, 1);
    assert.deepEqual((await readdir(cache)).sort(), [".lock", "one-1.0"]);
  }));

Deno.test("a cache that can't be written to is told", () =>
  withFolder(async (folder) => {
    const file = join(folder, "file");
    await writeFile(file, "");
    await assert.rejects(
      cached(join(file, "cache"), "one-1.0", () => assert.fail("made")),
      (error) =>
        error instanceof CacheUnusable && /^the cache can't be written/.test(error.message),
    );
  }));
