/**
 * A simulated Elasticsearch, or OpenSearch: the bulk API on one index or data stream, checked as strictly
 * as the documentation says, and what a client may ask of its own rights. This file owns the options and
 * the state. I/O happens in loopback_server.ts only.
 */
import { Buffer } from "node:buffer";
import { type BulkAction, readBulk } from "./elasticsearch_bulk.ts";
import { Faults } from "./faults.ts";
import { filtered } from "./filter_path.ts";
import {
  type Inbound,
  jsonAnswer,
  type Outbound,
  startLoopbackServer,
  type Watch,
} from "./loopback_server.ts";

/** A document as it was sent. */
export type Document = Record<string, unknown>;

/** How an item may fail by itself: a status, the kind of error, and what is said about it. */
export interface ItemError {
  readonly status: number;
  readonly type: string;
  readonly reason?: string;
}

/** Behaviour that may change while the simulator runs: set the field, and the next request sees it. */
export interface ElasticsearchSettings {
  product: "elasticsearch" | "opensearch";
  /** The index; it is a data stream if its name begins with `logs-`. */
  index: string;
  /** Is it there? If not, it is made by the first document of whoever may make it. */
  exists: boolean;
  credentials: { readonly apiKey: string } | { readonly user: string; readonly password: string };
  /** What the credentials may do with the index. */
  rights: ReadonlySet<"create_doc" | "auto_configure" | "view_index_metadata">;
  /** Why a document is refused, or not taken for now; `push` counts the bulk requests, from 1. */
  itemError: ((document: Document, push: number) => ItemError | undefined) | undefined;
  /** Does a data stream keep apart what its mapping refuses? */
  failureStore: boolean;
  /** The largest body, uncompressed. */
  maxContentBytes: number;
}

export interface ElasticsearchOptions extends Partial<ElasticsearchSettings> {
  readonly credentials: ElasticsearchSettings["credentials"];
  /** Default 0: any free port. */
  readonly port?: number;
  /** Added to every request, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Is told of each request. */
  readonly watch?: Watch;
}

/** One bulk request as the simulator saw it. */
export interface BulkRequest {
  /** What the client got; 0 when a fault left it without an answer. */
  readonly status: number;
  /** The status of each item. */
  readonly items: readonly number[];
  readonly bytes: number;
  readonly encoding: string;
}

/** A running simulator. Its settings are fields of its own. */
export interface ElasticsearchSimulator extends ElasticsearchSettings, AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** Those of `push`: bulk requests. */
  readonly faults: Faults;
  readonly requests: readonly BulkRequest[];
  /** What was stored, in order. */
  readonly documents: readonly Document[];
  /** What the failure store holds. */
  readonly failures: readonly Document[];
  /** How often each id was stored, in whichever index. */
  readonly ids: ReadonlyMap<string, number>;
  /** From now on documents go to a new index, which knows no ids: the data stream has rolled over. */
  rollOver(): void;
  close(): Promise<void>;
}

interface BulkAnswer extends Outbound {
  readonly items?: readonly number[];
}

const ALL_RIGHTS = ["create_doc", "auto_configure", "view_index_metadata"] as const;

/** Starts a simulated cluster on 127.0.0.1. */
export async function startElasticsearch(
  options: ElasticsearchOptions,
): Promise<ElasticsearchSimulator> {
  const cluster = new Cluster(options);
  const isBulk = ({ method, path }: Inbound) => method === "POST" && path.endsWith("/_bulk");
  const server = await startLoopbackServer<BulkAnswer>({
    port: options.port ?? 0,
    latencyMs: options.latencyMs ?? 0,
    faults: cluster.faults,
    watch: options.watch,
    targetOf: (request) => isBulk(request) ? "push" : undefined,
    handle: (request) => cluster.handle(request),
    seen(request, status, answer) {
      if (!isBulk(request)) return;
      cluster.requests.push({
        status,
        items: answer?.items ?? [],
        bytes: request.body.length,
        encoding: request.headers["content-encoding"] ?? "none",
      });
    },
  });
  return Object.assign(cluster, {
    url: `http://127.0.0.1:${server.port}`,
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  });
}

class Cluster implements ElasticsearchSettings {
  product: ElasticsearchSettings["product"];
  index: string;
  exists: boolean;
  credentials: ElasticsearchSettings["credentials"];
  rights: ElasticsearchSettings["rights"];
  itemError: ElasticsearchSettings["itemError"];
  failureStore: boolean;
  maxContentBytes: number;
  readonly faults = new Faults();
  readonly requests: BulkRequest[] = [];
  readonly documents: Document[] = [];
  readonly failures: Document[] = [];
  readonly ids = new Map<string, number>();
  #writeIndex = new Set<string>();
  #pushes = 0;

  constructor(options: ElasticsearchOptions) {
    this.product = options.product ?? "elasticsearch";
    this.index = options.index ?? "logs-liveperson.audit-default";
    this.exists = options.exists ?? true;
    this.credentials = options.credentials;
    this.rights = options.rights ?? new Set(ALL_RIGHTS);
    this.itemError = options.itemError;
    this.failureStore = options.failureStore ?? false;
    this.maxContentBytes = options.maxContentBytes ?? 100 * 1024 * 1024;
  }

  rollOver(): void {
    this.#writeIndex = new Set();
  }

  handle(request: Inbound): BulkAnswer {
    const { method, path } = request;
    if (!this.#knows(request.headers.authorization)) {
      return refusal(401, "security_exception", "unable to authenticate user");
    }
    if (method === "POST" && path === "/_security/user/_has_privileges") {
      return this.product === "elasticsearch" ? this.#privileges(request) : noHandler(request);
    }
    const [, name, action, ...rest] = path.split("/").map(decodeURIComponent);
    if (method === "HEAD" && action === undefined) return { status: this.#seen(name), body: "" };
    if (method !== "POST" || action !== "_bulk" || rest.length > 0) return noHandler(request);
    return this.#bulk(request, name);
  }

  #knows(header: string | undefined): boolean {
    const { credentials } = this;
    if ("apiKey" in credentials) return header === `ApiKey ${credentials.apiKey}`;
    const { user, password } = credentials;
    return header === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }

  #privileges({ body }: Inbound): BulkAnswer {
    const asked = JSON.parse(new TextDecoder().decode(body)) as {
      index: { names: string[]; privileges: string[] }[];
    };
    const may = (privilege: string) => (this.rights as ReadonlySet<string>).has(privilege);
    const index = Object.fromEntries(
      asked.index.flatMap(({ names, privileges }) =>
        names.map((name) => [
          name,
          Object.fromEntries(
            privileges.map((privilege) => [privilege, name === this.index && may(privilege)]),
          ),
        ])
      ),
    );
    return jsonAnswer(200, { username: "collector", has_all_requested: false, index });
  }

  #seen(name: string): number {
    if (!this.rights.has("view_index_metadata")) return 403;
    return name === this.index && this.exists ? 200 : 404;
  }

  #bulk(request: Inbound, name: string): BulkAnswer {
    const push = ++this.#pushes;
    const read = readBulk(request, this.maxContentBytes);
    if ("type" in read) return refusal(read.status, read.type, read.reason);
    const items = read.actions.map((action) => this.#store(action, name, push));
    const answer = { took: 1, errors: items.some(({ create }) => "error" in create), items };
    const shown = filtered(answer, request.query.get("filter_path"));
    const statuses = items.map(({ create }) => create.status);
    const records = statuses.filter((status) => status === 201).length;
    return { ...jsonAnswer(200, shown), items: statuses, records };
  }

  /** Takes one document, or tells why not. */
  #store({ id, source }: BulkAction, name: string, push: number) {
    const item = { _index: name, _id: id };
    const failed = ({ status, type, reason = type }: ItemError) => ({
      create: { ...item, status, error: { type, reason } },
    });
    const barred = this.#barred(name);
    if (barred !== undefined) return failed(barred);
    this.exists = true;
    if (this.#writeIndex.has(id)) {
      return failed({ status: 409, type: "version_conflict_engine_exception" });
    }
    const error = documentError(source, this.#isDataStream) ??
      this.itemError?.(source as Document, push);
    if (error !== undefined && !(this.failureStore && error.status === 400)) return failed(error);
    if (error !== undefined) {
      this.failures.push(source as Document);
      const apart = { _index: `.fs-${name}`, _id: `failure-${this.failures.length}` };
      return { create: { ...apart, status: 201, result: "created", failure_store: "used" } };
    }
    this.#writeIndex.add(id);
    this.ids.set(id, (this.ids.get(id) ?? 0) + 1);
    this.documents.push(source as Document);
    return { create: { ...item, status: 201, result: "created", _version: 1 } };
  }

  get #isDataStream(): boolean {
    return this.index.startsWith("logs-");
  }

  #barred(name: string): ItemError | undefined {
    const mayWrite = this.rights.has("create_doc") && name === this.index;
    if (!mayWrite) return { status: 403, type: "security_exception" };
    if (this.exists || this.rights.has("auto_configure")) return undefined;
    return { status: 404, type: "index_not_found_exception" };
  }
}

/** What no index takes: what is no object, and in a data stream what has no time. */
function documentError(source: unknown, isDataStream: boolean): ItemError | undefined {
  const isObject = typeof source === "object" && source !== null && !Array.isArray(source);
  if (!isObject) return { status: 400, type: "document_parsing_exception" };
  const time = (source as Document)["@timestamp"];
  if (!isDataStream || (typeof time === "string" && !Number.isNaN(Date.parse(time)))) {
    return undefined;
  }
  return {
    status: 400,
    type: "document_parsing_exception",
    reason: "data stream timestamp field [@timestamp] is missing",
  };
}

function refusal(status: number, type: string, reason: string): BulkAnswer {
  return jsonAnswer(status, { error: { type, reason, root_cause: [{ type, reason }] }, status });
}

function noHandler({ method, path }: Inbound): BulkAnswer {
  const error = `no handler found for uri [${path}] and method [${method}]`;
  return jsonAnswer(400, { error });
}
