/** Both simulators, the variables that name them, and a folder for the database: for tests of the Deno host. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { startXsiam } from "../../scripts/simulators/xsiam.ts";
import type { LogLine } from "../../src/collector/platform.ts";
import { type DenoCollectors, openDenoCollectors } from "../../src/deno/collectors.ts";
import { change, MINUTE } from "../collector/stage.ts";

export const ACCOUNT = "12345678";
/** An account that is collected only if a test lists it. */
export const SECOND = "second";
const SECRET = "client-s3cret";
const XSIAM_KEY = "xsiam-k3y";
export const API_TOKEN = "api-t0ken";

export async function openDenoStage() {
  const livePerson = await startLivePerson({
    accounts: [ACCOUNT, SECOND].map((accountId) => ({
      accountId,
      clientId: "client",
      clientSecret: SECRET,
    })),
  });
  const xsiam = await startXsiam({ apiKey: XSIAM_KEY });
  const folder = await mkdtemp(join(tmpdir(), "deno-host-"));
  const lines: LogLine[] = [];
  const opened: DenoCollectors[] = [];
  const kvPath = join(folder, "data", "collector.db");
  const variables: Record<string, string> = {
    LIVEPERSON_ACCOUNT_ID: ACCOUNT,
    LIVEPERSON_CLIENT_ID: "client",
    LIVEPERSON_CLIENT_SECRET: SECRET,
    LIVEPERSON_DOMAIN_API_URL: livePerson.url,
    LIVEPERSON_AUTH_SERVER_URL: livePerson.host,
    XSIAM_URL: xsiam.url,
    XSIAM_API_KEY: XSIAM_KEY,
    API_TOKEN,
    RETRY_DELAY: "0 seconds",
  };
  return {
    livePerson,
    xsiam,
    folder,
    kvPath,
    variables,
    /** What the collectors logged. */
    lines,
    /** So many changes, a minute apart, the last one a minute old; `value` is in each. */
    addChanges(count: number, value = "") {
      const now = Date.now();
      livePerson.add(Array.from(
        { length: count },
        (_, i) => change(now - (count - i) * MINUTE, { oldValue: value, newValue: `value ${i}` }),
      ));
    },
    /** Collectors on the stage's database. */
    async open(
      overrides: Record<string, string> = {},
      stop?: { aborted: boolean },
    ): Promise<DenoCollectors> {
      const collectors = await openDenoCollectors({
        variables: { ...variables, ...overrides },
        kvPath,
        log: (line) => void lines.push(line),
        stop,
      });
      opened.push(collectors);
      return collectors;
    },
    async [Symbol.asyncDispose]() {
      for (const collectors of opened) await collectors.close();
      await Promise.all([livePerson.close(), xsiam.close()]);
      await rm(folder, { recursive: true });
    },
  };
}

export type DenoStage = Awaited<ReturnType<typeof openDenoStage>>;
