/**
 * How requests leave the Deno host: through the system's proxy or not, and which certificates are
 * trusted. Accounts with the same settings share a client. Reads the CA file; opens connections.
 */
import { X509Certificate } from "node:crypto";
import type * as UndiciTypes from "undici";
import { CollectorError } from "../errors.ts";
import type { Settings } from "../pipelines/settings.ts";

export interface HttpClient {
  readonly fetch: typeof fetch;
  close(): void | Promise<void>;
}

/** The settings that matter here. */
type HttpClientSettings = Pick<
  Settings,
  "TRUST_ANY_CERTIFICATE" | "USE_SYSTEM_PROXY" | "CA_CERTIFICATE_FILE"
>;

/** The variables in which the system names its proxy; also in lower case. */
export const PROXY_VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"]
  .flatMap((name) => [name, name.toLowerCase()]);

export class HttpClients {
  readonly #open = new Map<string, Promise<HttpClient>>();

  /** @throws {CollectorError} `configuration_invalid` when the CA file can't be read */
  of(settings: HttpClientSettings): Promise<HttpClient> {
    const { TRUST_ANY_CERTIFICATE, USE_SYSTEM_PROXY, CA_CERTIFICATE_FILE } = settings;
    const key = JSON.stringify([TRUST_ANY_CERTIFICATE, USE_SYSTEM_PROXY, CA_CERTIFICATE_FILE]);
    const client = this.#open.get(key) ?? open(settings);
    this.#open.set(key, client);
    return client;
  }

  async close(): Promise<void> {
    for (const client of await Promise.allSettled(this.#open.values())) {
      if (client.status === "fulfilled") await client.value.close();
    }
  }
}

async function open(settings: HttpClientSettings): Promise<HttpClient> {
  const { TRUST_ANY_CERTIFICATE, USE_SYSTEM_PROXY, CA_CERTIFICATE_FILE: file } = settings;
  const caCerts = file === undefined ? [] : [await readCertificates(file)];
  return TRUST_ANY_CERTIFICATE
    ? await openTrusting(USE_SYSTEM_PROXY)
    : openVerifying(USE_SYSTEM_PROXY, caCerts);
}

/** Deno's own `fetch`. Its client looks for the proxy variables when it is created. */
function openVerifying(useProxy: boolean, caCerts: string[]): HttpClient {
  const create = () => Deno.createHttpClient({ caCerts });
  const client = useProxy ? create() : withoutProxyVariables(create);
  return {
    fetch: (input, init) => fetch(input, { ...init, body: sentOnce(init?.body), client }),
    close: () => client.close(),
  };
}

/**
 * The same body in a form that Deno's `fetch` sends only once. If a pooled connection breaks before the
 * answer, `fetch` silently repeats the request, even a POST: the service could accept the same events
 * twice, and the run would not know. It can't repeat a Blob, which it reads as a stream.
 */
function sentOnce(body: BodyInit | null | undefined): BodyInit | null | undefined {
  return typeof body === "string" || ArrayBuffer.isView(body) ? new Blob([body]) : body;
}

/** Deno's `fetch` always verifies certificates, so undici takes its place. */
async function openTrusting(useProxy: boolean): Promise<HttpClient> {
  const undici = await import("undici");
  const connect = { rejectUnauthorized: false };
  /** undici keeps asking a proxy that closes its connection, forever, unless the error is a different one. */
  class AskedOnce extends undici.Pool {
    override connect(...given: unknown[]): Promise<UndiciTypes.Dispatcher.ConnectData> {
      const [options] = given as [UndiciTypes.Dispatcher.ConnectOptions];
      return super.connect(options).catch((cause) => {
        throw new TypeError("The proxy made no connection.", { cause });
      });
    }
  }
  const clientFactory = (origin: URL, options: object) => new AskedOnce(origin, options);
  const dispatcher = useProxy
    ? new undici.EnvHttpProxyAgent({
      connect,
      requestTls: connect,
      proxyTls: connect,
      clientFactory,
    } as UndiciTypes.EnvHttpProxyAgent.Options)
    : new undici.Agent({ connect });
  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      const response = await undici.fetch(request.url, {
        method: request.method,
        headers: [...request.headers],
        body: request.body === null ? null : await request.arrayBuffer(),
        redirect: request.redirect,
        signal: request.signal,
        dispatcher,
      });
      // as it is: nobody could construct a Response with a status of 600 or more
      return response as unknown as Response;
    },
    close: () => dispatcher.destroy(),
  };
}

/** Does the synchronous work as if there were no proxy. */
function withoutProxyVariables<T>(work: () => T): T {
  const before = PROXY_VARIABLES.map((name) => [name, Deno.env.get(name)] as const);
  for (const [name] of before) Deno.env.delete(name);
  try {
    return work();
  } finally {
    for (const [name, value] of before) if (value !== undefined) Deno.env.set(name, value);
  }
}

async function readCertificates(file: string): Promise<string> {
  let why: string;
  try {
    const pem = await Deno.readTextFile(file);
    const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
    for (const certificate of certificates ?? []) new X509Certificate(certificate);
    if (certificates !== null) return pem;
    why = "it has no certificate in PEM format";
  } catch (error) {
    why = readingFailure(error);
  }
  throw new CollectorError("configuration_invalid", { detail: `CA_CERTIFICATE_FILE: ${why}.` });
}

function readingFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) {
    return "Deno has no permission to read it: add it to --allow-read in the start task";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "this user is not allowed to read it";
  return "it can't be read as certificates in PEM format";
}
