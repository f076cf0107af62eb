/**
 * A real OpenSearch: the smallest distribution that its project publishes to Maven Central, on one node,
 * with no security. Runs Java and Maven.
 */
import { chown, cp, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { cached } from "../machine/cache.ts";
import { LeftOut } from "../machine/left_out.ts";
import { runProgram } from "../machine/programs.ts";
import { startServer } from "../machine/server.ts";
import { temporaryFolder } from "../machine/temporary_folder.ts";

const VERSION = "2.19.6";
const ARTIFACT = `org.opensearch.distribution.integ-test-zip:opensearch:${VERSION}:zip`;
const UNPACK = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack";

/** It needs the security manager, which Java 24 no longer has. */
const JAVA = { oldest: 11, newest: 23 };

/** `nobody`: OpenSearch refuses to run as root. */
const UNPRIVILEGED = 65_534;

export interface StoredDocument {
  readonly id: string;
  readonly source: Readonly<Record<string, unknown>>;
  /** `@timestamp` as OpenSearch has understood it, epoch milliseconds; null when there is none. */
  readonly timeMs: number | null;
}

export interface OpenSearch extends AsyncDisposable {
  readonly version: string;
  readonly url: string;
  /** Sends a request with a JSON body, and returns the answer's JSON. */
  ask(method: string, path: string, body?: unknown): Promise<unknown>;
  isDataStream(name: string): Promise<boolean>;
  /** All that an index or data stream holds, in no order. */
  documents(index: string): Promise<readonly StoredDocument[]>;
}

/** @throws {LeftOut} without a Java that it runs on, or without Maven */
export async function startOpenSearch(cacheFolder: string): Promise<OpenSearch> {
  const java = await findJava();
  const distribution = await cached(cacheFolder, `opensearch-${VERSION}`, unpack);
  await using started = new AsyncDisposableStack();
  const folder = started.use(await temporaryFolder());
  const home = await layOut(join(distribution, `opensearch-${VERSION}`), folder.path);
  const server = started.use(
    await startServer({
      program: java,
      args: javaArguments(folder.path, home),
      cwd: folder.path,
      uid: process.getuid?.() === 0 ? UNPRIVILEGED : undefined,
      listening:
        /AbstractHttpServerTransport.*publish_address \{127\.0\.0\.1:(\d+)\}[^]*\] started/,
    }),
  );
  const url = `http://127.0.0.1:${server.port}`;
  const open = started.move();
  return {
    version: VERSION,
    url,
    ask: (method, path, body) => ask(url, method, path, body),
    isDataStream: (name) => isDataStream(url, name),
    documents: (index) => documents(url, index),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function unpack(folder: string): Promise<void> {
  // Without a project, the plugin leaves files of its own where it runs.
  await using elsewhere = await temporaryFolder();
  const args = ["--batch-mode", "--quiet", UNPACK];
  const what = [`-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${folder}`];
  await runProgram("mvn", [...args, ...what], { cwd: elsewhere.path });
}

async function findJava(): Promise<string> {
  const home = Deno.env.get("JAVA_HOME");
  const java = home === undefined ? "java" : join(home, "bin", "java");
  const version = /version "(?:1\.)?(\d+)/.exec(await runProgram(java, ["-version"]))?.[1];
  const { oldest, newest } = JAVA;
  if (Number(version) >= oldest && Number(version) <= newest) return java;
  throw new LeftOut(`it needs Java ${oldest} to ${newest}, and ${java} is ${version}`);
}

/** Its home in a folder that the user it runs as may read and write. Returns the home. */
async function layOut(distribution: string, folder: string): Promise<string> {
  const home = join(folder, "home");
  await cp(distribution, home, { recursive: true });
  for (const name of ["data", "logs", "tmp"]) await mkdir(join(folder, name));
  const settings = [
    "cluster.name: conformance",
    "node.name: conformance",
    `path.data: ${join(folder, "data")}`,
    `path.logs: ${join(folder, "logs")}`,
    "network.host: 127.0.0.1",
    "http.port: 0",
    "transport.port: 0",
    "discovery.type: single-node",
    "cluster.routing.allocation.disk.threshold_enabled: false",
  ];
  await writeFile(join(home, "config", "opensearch.yml"), settings.join("\n"));
  if (process.getuid?.() === 0) {
    const names = await readdir(folder, { recursive: true });
    const paths = ["", ...names].map((name) => join(folder, name));
    await Promise.all(paths.map((path) => chown(path, UNPRIVILEGED, UNPRIVILEGED)));
  }
  return home;
}

function javaArguments(folder: string, home: string): string[] {
  return [
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.security.manager=allow",
    `-Djava.io.tmpdir=${join(folder, "tmp")}`,
    "-Dlog4j2.disable.jmx=true",
    `-Dopensearch.path.home=${home}`,
    `-Dopensearch.path.conf=${join(home, "config")}`,
    "-Dopensearch.distribution.type=zip",
    "-Dopensearch.bundled_jdk=false",
    "-cp",
    join(home, "lib", "*"),
    "org.opensearch.bootstrap.OpenSearch",
  ];
}

async function ask(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, {
    method,
    ...(body !== undefined && {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  });
  return await response.json();
}

async function isDataStream(url: string, name: string): Promise<boolean> {
  const found = await ask(url, "GET", `/_data_stream/${name}`) as {
    readonly data_streams?: readonly unknown[];
  };
  return found.data_streams?.length === 1;
}

async function documents(url: string, index: string): Promise<readonly StoredDocument[]> {
  await ask(url, "POST", `/${index}/_refresh`);
  const found = await ask(url, "POST", `/${index}/_search`, {
    size: 1000,
    docvalue_fields: [{ field: "@timestamp", format: "epoch_millis" }],
  }) as { hits: { hits: readonly Hit[] } };
  return found.hits.hits.map(({ _id, _source, fields }) => {
    const time = fields?.["@timestamp"]?.[0];
    return { id: _id, source: _source, timeMs: time === undefined ? null : Number(time) };
  });
}

interface Hit {
  readonly _id: string;
  readonly _source: Readonly<Record<string, unknown>>;
  readonly fields?: { readonly "@timestamp"?: readonly string[] };
}
