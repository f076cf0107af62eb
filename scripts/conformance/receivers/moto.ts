/**
 * An S3 server that others wrote: moto's, from PyPI, read back with boto3. Once its bucket is prepared, it
 * checks signatures and policies. Runs Python.
 */
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { cached } from "../machine/cache.ts";
import { runProgram } from "../machine/programs.ts";
import { startServer } from "../machine/server.ts";

const VERSION = "5.2.5";
/** The server's own extra would bring the models of all of AWS. */
const PACKAGES = [`moto[s3]==${VERSION}`, "flask~=3.1", "flask-cors~=6.0"];
const BUCKET_SCRIPT = fileURLToPath(new URL("./bucket.py", import.meta.url));
const BUCKET = "archive";
/** What is installed for one Python may not run on another. */
const PRINT_VERSION = "import platform; print(platform.python_version())";

export interface StoredObject {
  readonly key: string;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly body: Uint8Array;
}

export interface Moto extends AsyncDisposable {
  readonly version: string;
  /** Of the server, without a bucket. */
  readonly url: string;
  readonly bucket: string;
  readonly keyId: string;
  readonly secret: string;
  objects(): Promise<readonly StoredObject[]>;
  /** Puts a text in the place of an object. */
  replace(key: string, text: string): Promise<void>;
}

/** @throws {LeftOut} without Python, or when it can't be installed */
export async function startMoto(cacheFolder: string): Promise<Moto> {
  const python = (await runProgram("python3", ["-c", PRINT_VERSION])).trim();
  const installed = await cached(
    cacheFolder,
    `moto-${VERSION}-python-${python}`,
    async (folder) => {
      const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
      await runProgram("python3", [...args, "--target", folder, ...PACKAGES]);
    },
  );
  const env = { PYTHONPATH: installed };
  await using started = new AsyncDisposableStack();
  const server = started.use(
    await startServer({
      program: "python3",
      args: ["-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", "0"],
      env,
      listening: /Running on http:\/\/127\.0\.0\.1:(\d+)/,
    }),
  );
  const url = `http://127.0.0.1:${server.port}`;
  const bucket = async (...args: string[]) =>
    JSON.parse(await runProgram("python3", [BUCKET_SCRIPT, ...args], { env }));
  const { keyId, secret } = await bucket("prepare", url, BUCKET);
  const open = started.move();
  return {
    version: VERSION,
    url,
    bucket: BUCKET,
    keyId,
    secret,
    objects: async () => {
      const read: readonly (Omit<StoredObject, "body"> & { body: string })[] = await bucket(
        ...["read", url, BUCKET, keyId, secret],
      );
      return read.map((stored) => ({ ...stored, body: Buffer.from(stored.body, "base64") }));
    },
    replace: (key, text) => bucket(...["replace", url, BUCKET, keyId, secret, key, text]),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}
