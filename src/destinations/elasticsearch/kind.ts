/** Elasticsearch and OpenSearch, as a destination: all that the core knows about it. */
import type { DestinationKind } from "../kind.ts";
import { ID, LABEL } from "./answer.ts";
import { checkConnection, type Target } from "./check.ts";
import { Elasticsearch } from "./push.ts";
import { authorization, contradictions, ELASTICSEARCH_SETTINGS } from "./settings.ts";

export const elasticsearch: DestinationKind<typeof ELASTICSEARCH_SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "Elasticsearch or OpenSearch",
  settings: ELASTICSEARCH_SETTINGS,
  needed: { ELASTICSEARCH_URL: "URL of Elasticsearch or OpenSearch" },
  contradictions,
  urls: ["ELASTICSEARCH_URL"],
  secrets: ["ELASTICSEARCH_API_KEY", "ELASTICSEARCH_PASSWORD"],
  generatedSecrets: ["ELASTICSEARCH_API_KEY"],
  advice: {
    destination_unauthorized: {
      title: "Elasticsearch refused the credentials",
      action:
        "Check ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD, " +
        "and that they may create documents in ELASTICSEARCH_INDEX.",
    },
    destination_not_found: {
      title: "Elasticsearch has no such index",
      action:
        "Check ELASTICSEARCH_URL and ELASTICSEARCH_INDEX. Create the index or data stream, or " +
        "allow the credentials to create it.",
    },
    destination_refuses_everything: {
      title: "Elasticsearch refuses the events",
      action:
        "Look at the reasons in GET /dead-letters: the index's mapping or its ingest pipeline " +
        "does not fit the events. docs/elasticsearch has a template. " +
        "Runs keep what is refused, or read it again, and try it again.",
    },
  },
  hosts: ["*.elastic.cloud", "*.elastic-cloud.com", "*.es.io", "*.found.io", "*.amazonaws.com"],
  connectionCheck: {
    async check(settings, { upstream }) {
      const target = targetOf(settings);
      if (target !== null) return await checkConnection(target, upstream);
    },
  },

  identity(settings) {
    const target = targetOf(settings);
    if (target === null) return null;
    const { host, pathname } = new URL(target.url);
    return `${host}${pathname.replace(/\/$/, "")}/${target.index}`;
  },

  open(settings, { upstream }) {
    const target = targetOf(settings);
    if (target === null) return null;
    const compression = settings.ELASTICSEARCH_COMPRESSION;
    const format = settings.ELASTICSEARCH_FORMAT;
    return new Elasticsearch({ ...target, compression, format }, upstream);
  },
};

type Settings = Parameters<typeof elasticsearch.open>[0];

function targetOf(settings: Settings): Target | null {
  const { ELASTICSEARCH_URL: url, ELASTICSEARCH_INDEX: index } = settings;
  return url === undefined ? null : { url, index, authorization: authorization(settings) };
}
