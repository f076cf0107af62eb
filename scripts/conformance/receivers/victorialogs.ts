/**
 * A real receiver of Splunk's HTTP event collector protocol: VictoriaLogs, built from the Go module proxy.
 * It is lenient: it looks at no token and refuses no event. Runs Go.
 */
import { join } from "node:path";
import { cached } from "../machine/cache.ts";
import { eventually } from "../machine/eventually.ts";
import { runProgram } from "../machine/programs.ts";
import { startServer } from "../machine/server.ts";
import { temporaryFolder } from "../machine/temporary_folder.ts";

const VERSION = "v1.52.1";
const PACKAGE = "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs";

/** An event as VictoriaLogs shows it: names of nested fields have dots, and every value is text. */
export type StoredRow = Readonly<Record<string, string>>;

export interface VictoriaLogs extends AsyncDisposable {
  readonly version: string;
  readonly url: string;
  /** The rows whose field has that value, once there are so many. `_msg` is the event's JSON. */
  rows(field: string, value: string, atLeast: number): Promise<readonly StoredRow[]>;
}

/** @throws {LeftOut} without Go, or when it can't be built */
export async function startVictoriaLogs(cacheFolder: string): Promise<VictoriaLogs> {
  const built = await cached(cacheFolder, `victoria-logs-${VERSION}`, async (folder) => {
    const env = { GOBIN: folder, CGO_ENABLED: "0" };
    await runProgram("go", ["install", `${PACKAGE}@${VERSION}`], { env });
  });
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const server = started.use(
    await startServer({
      program: join(built, "victoria-logs"),
      args: [
        `-storageDataPath=${join(folder.path, "data")}`,
        "-httpListenAddr=127.0.0.1:0",
        "-retentionPeriod=100y",
        "-memory.allowedBytes=256MiB",
        "-splunk.preserveJSONKeys=event",
      ],
      listening: /started server at http:\/\/127\.0\.0\.1:(\d+)/,
    }),
  );
  const url = `http://127.0.0.1:${server.port}`;
  const open = started.move();
  return {
    version: VERSION,
    url,
    rows: (field, value, atLeast) =>
      eventually(() => query(url, field, value), (rows) => rows.length >= atLeast),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function query(url: string, field: string, value: string): Promise<readonly StoredRow[]> {
  // Rows are found once they are flushed, which it does by itself only every second.
  await (await fetch(`${url}/internal/force_flush`)).body?.cancel();
  const response = await fetch(`${url}/select/logsql/query`, {
    method: "POST",
    body: new URLSearchParams({ query: `${JSON.stringify(field)}:=${JSON.stringify(value)}` }),
  });
  const text = await response.text();
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
