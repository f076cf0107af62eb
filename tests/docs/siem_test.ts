/** docs/siem.md shows what each destination is really sent, and asks in its queries for fields that are there. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { ROOT } from "../../scripts/local/bundle.ts";
import { toLine } from "../../src/collector/runs/event_line.ts";
import { kindOf, KINDS } from "../../src/destinations/catalog.ts";
import { opened } from "../destinations/opened.ts";
import { COLLECTED_AT_MS, eventOf, GRAPHQL_RECORD } from "../event_formats/events.ts";

const page = await readFile(join(ROOT, "docs", "siem.md"), "utf8");

const HEC = { HEC_URL: "https://hec.example", HEC_TOKEN: "t" };
const GUID = "00000000-0000-0000-0000-000000000000";

/** The sections of the page: the kind of destination, its settings, and where the query lists fields. */
const SECTIONS: Readonly<Record<string, readonly [string, Record<string, string>, RegExp]>> = {
  "Cortex XSIAM": [
    "xsiam",
    { XSIAM_URL: "https://api-a.example", XSIAM_API_KEY: "k" },
    /\| fields (.+)/,
  ],
  "Splunk": ["hec", { ...HEC, HEC_INDEX: "audit" }, /\| table (.+)/],
  "CrowdStrike Falcon Next-Gen SIEM and LogScale": [
    "hec",
    { ...HEC, HEC_AUTH_SCHEME: "Bearer", HEC_SOURCETYPE: "json" },
    /table\(\[(.+)\]/,
  ],
  "Elasticsearch and OpenSearch": [
    "elasticsearch",
    { ELASTICSEARCH_URL: "https://es.example", ELASTICSEARCH_API_KEY: "k" },
    /\| KEEP (.+)/,
  ],
  "Microsoft Sentinel": [
    "sentinel",
    {
      AZURE_MONITOR_ENDPOINT: "https://a.ingest.monitor.azure.com",
      AZURE_MONITOR_RULE_ID: `dcr-${"0".repeat(32)}`,
      AZURE_MONITOR_TENANT_ID: GUID,
      AZURE_MONITOR_CLIENT_ID: GUID,
      AZURE_MONITOR_CLIENT_SECRET: "s",
    },
    /\| project (.+)/,
  ],
  "S3, R2 or MinIO": [
    "s3",
    {
      S3_URL: "https://s3.eu-central-1.amazonaws.com/my-bucket",
      S3_ACCESS_KEY_ID: "i",
      S3_SECRET_ACCESS_KEY: "s",
    },
    /SELECT (.+)/,
  ],
  "Google SecOps, and any other webhook": [
    "webhook",
    {
      WEBHOOK_URL: "https://hook.example/a",
      WEBHOOK_SECRET: `whsec_${btoa("0".repeat(32))}`,
      WEBHOOK_FORMAT: "ocsf",
    },
    /(metadata\.product_name) =/,
  ],
};

/** The names that Google's parser for OCSF gives to the product's name. */
const RENAMED: Readonly<Record<string, string>> = {
  "metadata.product_name": "metadata.product.name",
};

interface Sent {
  readonly url: URL;
  readonly headers: Headers;
  /** Each value of the body: its lines, or what its array holds. */
  readonly values: readonly unknown[];
}

/** The request by which the kind of destination delivers the event that docs/formats.md shows too. */
async function sent(id: string, settings: Record<string, string>): Promise<Sent> {
  let push: Request | undefined;
  const { destination } = opened(kindOf(id)!, settings, {
    now: () => COLLECTED_AT_MS,
    fetch: (input, init) => {
      const request = new Request(input, init);
      if (new URL(request.url).hostname === "login.microsoftonline.com") {
        return Promise.resolve(
          Response.json({ access_token: "t", token_type: "Bearer", expires_in: 3600 }),
        );
      }
      push ??= request;
      return Promise.resolve(new Response(null, { status: 401 }));
    },
  });
  const line = toLine(await eventOf(GRAPHQL_RECORD), 1, destination, COLLECTED_AT_MS);
  // the refusal is expected: only the request matters
  await assert.rejects(destination.push([line], { probing: false }));
  const { url, headers } = push!;
  const bytes = new Uint8Array(await push!.arrayBuffer());
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = new TextDecoder().decode(isGzip ? gunzipSync(bytes) : bytes);
  const values = text.trim().split("\n").flatMap((one) => JSON.parse(one));
  return { url: new URL(url), headers, values };
}

/** The section under a heading of the second level. */
function sectionOf(title: string): string {
  const section = page.split(`\n## ${title}\n`)[1];
  assert.ok(section, title);
  return section.split("\n## ")[0];
}

const blocksOf = (section: string, language: string) =>
  [...section.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].map(([, text]) =>
    text
  );

/** The paths of an event's fields, with those of every object on the way. */
function namesIn(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([name, inner]) =>
      namesIn(inner, path === "" ? name : `${path}.${name}`)
    ),
  ];
}

Deno.test("every destination has a section in docs/siem.md, and no section is unknown", () => {
  const titles = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  assert.deepEqual(titles, Object.keys(SECTIONS));
  const shown = new Set(Object.values(SECTIONS).map(([id]) => id));
  assert.deepEqual(shown, new Set(KINDS.map(({ id }) => id)));
});

for (const [title, [id, settings, list]] of Object.entries(SECTIONS)) {
  Deno.test(`docs/siem.md shows the event as it is sent to ${title}`, async () => {
    const { values } = await sent(id, settings);
    const shown = blocksOf(sectionOf(title), "json").map((block) => JSON.parse(block));
    assert.equal(JSON.stringify(shown, null, 2), JSON.stringify(values, null, 2));
  });

  Deno.test(`the first query for ${title} asks for fields that the event has`, async () => {
    const { values } = await sent(id, settings);
    // of what HEC and Elasticsearch are sent, the event is a part
    const events = values.map((value) => (value as { event?: { event_id?: string } }));
    const event = events.find(({ event }) => event?.event_id !== undefined)?.event ?? events.at(-1);
    const names = new Set(namesIn(event));
    const query = list.exec(sectionOf(title))?.[1] ?? assert.fail("no query");
    for (const field of query.split(/[\s,]+/)) {
      assert.ok(names.has(RENAMED[field] ?? field), `${title}: ${field}`);
    }
  });
}

Deno.test("the object's key and the webhook's headers are as they are sent", async () => {
  const [id, settings] = SECTIONS["S3, R2 or MinIO"];
  const { url } = await sent(id, settings);
  const key = decodeURIComponent(url.pathname.replace("/my-bucket/", ""));
  assert.equal(blocksOf(sectionOf("S3, R2 or MinIO"), "text")[0].trim(), key);

  const title = "Google SecOps, and any other webhook";
  const { headers } = await sent(SECTIONS[title][0], SECTIONS[title][1]);
  const shown = blocksOf(sectionOf(title), "http")[0].trim().split("\n");
  for (const line of shown) {
    const [name, value] = line.split(": ");
    assert.equal(headers.get(name), value, name);
  }
});
