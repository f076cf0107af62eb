/** Which settings of Elasticsearch belong together, and how its credentials are written. */
import assert from "node:assert/strict";
import { elasticsearch } from "../../../src/destinations/elasticsearch/kind.ts";
import {
  authorization,
  contradictions,
  indexName,
} from "../../../src/destinations/elasticsearch/settings.ts";

const URL_GIVEN = { ELASTICSEARCH_URL: "https://search.example.com" };

Deno.test("a URL needs an API key, or a user and a password, and not both", () => {
  const key = { ELASTICSEARCH_API_KEY: "a2V5" };
  const user = { ELASTICSEARCH_USERNAME: "collector" };
  const password = { ELASTICSEARCH_PASSWORD: "pass word" };
  for (const good of [{}, { ...URL_GIVEN, ...key }, { ...URL_GIVEN, ...user, ...password }]) {
    assert.deepEqual(contradictions(good), []);
  }
  assert.deepEqual(contradictions(URL_GIVEN), [
    "ELASTICSEARCH_API_KEY is not set, nor are ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD",
  ]);
  assert.deepEqual(contradictions({ ...URL_GIVEN, ...user }), [
    "ELASTICSEARCH_PASSWORD is not set, but ELASTICSEARCH_USERNAME is",
  ]);
  assert.deepEqual(contradictions({ ...URL_GIVEN, ...key, ...password }), [
    "ELASTICSEARCH_API_KEY and ELASTICSEARCH_PASSWORD are both set: give an API key, or a user " +
    "and a password",
  ]);
  assert.deepEqual(contradictions(key), [
    "ELASTICSEARCH_URL is not set, but ELASTICSEARCH_API_KEY is",
  ]);
});

Deno.test("an API key is sent as Elasticsearch shows it, encoded or not", () => {
  const encoded = "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==";
  const plain = "VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw";
  for (const given of [encoded, plain]) {
    assert.equal(authorization({ ELASTICSEARCH_API_KEY: given }), `ApiKey ${encoded}`);
  }
});

Deno.test("user and password are sent as UTF-8", () => {
  const header = authorization({
    ELASTICSEARCH_USERNAME: "zoë",
    ELASTICSEARCH_PASSWORD: "東京 :",
  });
  const bytes = Uint8Array.from(atob(header.replace("Basic ", "")), (c) => c.charCodeAt(0));
  assert.equal(new TextDecoder().decode(bytes), "zoë:東京 :");
});

Deno.test("the index is the name of one, in lower case", () => {
  for (const name of ["logs-liveperson.audit-default", "audit", "audit_2026+a", ".hidden"]) {
    assert.equal(indexName(name), name);
  }
  for (const bad of ["Audit", "a,b", "a*", "-a", "_all", "a/b", "a b", "..", "a".repeat(256)]) {
    assert.throws(() => indexName(bad), /the name of one index/, bad);
  }
});

Deno.test("two indices of one cluster, and two paths of one host, are two destinations", () => {
  const identity = (given: Record<string, string>) =>
    elasticsearch.identity({
      ELASTICSEARCH_INDEX: "logs-liveperson.audit-default",
      ELASTICSEARCH_COMPRESSION: "gzip",
      ELASTICSEARCH_FORMAT: "ecs",
      ...given,
    });
  assert.equal(identity({}), null);
  const url = "https://search.example.com:9243";
  assert.deepEqual([
    identity({ ELASTICSEARCH_URL: url }),
    identity({ ELASTICSEARCH_URL: url, ELASTICSEARCH_INDEX: "audit" }),
    identity({ ELASTICSEARCH_URL: `${url}/es` }),
  ], [
    "search.example.com:9243/logs-liveperson.audit-default",
    "search.example.com:9243/audit",
    "search.example.com:9243/es/logs-liveperson.audit-default",
  ]);
});
