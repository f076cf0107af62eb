/** The simulated environment of the Deno host: with a folder for the database, and collectors on it. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogLine } from "../../src/collector/platform.ts";
import { type DenoCollectors, openDenoCollectors } from "../../src/deno/collectors.ts";
import { changeAt, MINUTE_MS, openEnvironment } from "../environment.ts";

export async function openDenoStage() {
  const environment = await openEnvironment();
  const { livePerson, xsiam, settings } = environment;
  const folder = await mkdtemp(join(tmpdir(), "deno-host-"));
  const lines: LogLine[] = [];
  const opened = new Set<DenoCollectors>();
  const kvPath = join(folder, "data", "collector.db");
  return {
    livePerson,
    xsiam,
    folder,
    kvPath,
    settings,
    /** What the collectors logged. */
    lines,
    /** So many changes, a minute apart, the last one a minute old; `value` is in each. */
    addChanges(count: number, value = "") {
      const now = Date.now();
      livePerson.add(Array.from(
        { length: count },
        (_, i) =>
          changeAt(now - (count - i) * MINUTE_MS, { oldValue: value, newValue: `value ${i}` }),
      ));
    },
    /** Collectors on the stage's database. */
    async open(
      overrides: Record<string, string> = {},
      stop?: { aborted: boolean },
    ): Promise<DenoCollectors> {
      const collectors = await openDenoCollectors({
        variables: { ...settings, ...overrides },
        kvPath,
        log: (line) => void lines.push(line),
        stop,
      });
      opened.add(collectors);
      const close = async () => {
        opened.delete(collectors);
        await collectors.close();
      };
      return { ...collectors, close };
    },
    async [Symbol.asyncDispose]() {
      for (const collectors of opened) await collectors.close();
      await environment[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

export type DenoStage = Awaited<ReturnType<typeof openDenoStage>>;
