/** Elasticsearch, simulated, as scripts start it. Loopback only. */
import { type Document, startElasticsearch } from "../elasticsearch.ts";
import type { SimulatedDestination, StartOptions, StoredEvent } from "./destination.ts";

const QUEUE_FULL = { status: 429, type: "es_rejected_execution_exception" };

export async function startSimulatedElasticsearch(
  options: StartOptions,
): Promise<SimulatedDestination> {
  const { secret: apiKey = "c2ltdWxhdGVkOmtleQ==", ...others } = options;
  const elasticsearch = await startElasticsearch({ ...others, credentials: { apiKey } });
  const { url, faults, ids, documents } = elasticsearch;
  return {
    name: "Elasticsearch",
    what: "bulk API",
    url,
    settings: { ELASTICSEARCH_URL: url, ELASTICSEARCH_API_KEY: apiKey },
    faults,
    ids: () => ids,
    events: () => documents.map(fromEcs),
    misbehave() {
      let first: number | undefined;
      let documents = 0;
      elasticsearch.itemError = (_, push) =>
        push === (first ??= push) && ++documents % 2 === 0 ? QUEUE_FULL : undefined;
      return "has no room for every second event of the first push (429)";
    },
    [Symbol.asyncDispose]: elasticsearch.close,
  };
}

/** The names that the ECS format gives to the fields. */
interface EcsDocument {
  readonly "@timestamp": string;
  readonly user?: { readonly id?: string };
  readonly liveperson: { readonly audit: Readonly<Record<string, string>> };
}

function fromEcs(document: Document): StoredEvent {
  const { "@timestamp": _time, user, liveperson: { audit } } = document as unknown as EcsDocument;
  return {
    _time,
    objectTypeLabel: audit.object_type_label,
    objectName: audit.object_name,
    actionType: audit.action_type,
    element: audit.element,
    oldValue: audit.old_value,
    newValue: audit.new_value,
    userId: user?.id,
  };
}
