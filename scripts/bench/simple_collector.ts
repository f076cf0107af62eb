/**
 * The simple alternative that the product is measured against, built like the reference: it reads one
 * page after another, then pushes everything in bodies of 1 MiB, one after another. No ids, no checks, no
 * cursor.
 */
import { gzipSync } from "node:zlib";
import { GRAPHQL } from "../../src/sources/liveperson/dialect.ts";
import { graphqlBody } from "../../src/sources/liveperson/graphql.ts";
import { restBody } from "../../src/sources/liveperson/rest.ts";
import { OLD } from "./figures.ts";
import type { Stand } from "./open_stand.ts";

/** The most records in one answer. */
export const PAGE = 500;

const BODY_CHARACTERS = 1024 * 1024;

export async function signIn({ settings }: Stand): Promise<string> {
  const { LIVEPERSON_DOMAIN_API_URL: livePerson, LIVEPERSON_ACCOUNT_ID: id } = settings;
  const response = await fetch(`${livePerson}/sentinel/api/v2/account/${id}/app/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: settings.LIVEPERSON_CLIENT_ID,
      client_secret: settings.LIVEPERSON_CLIENT_SECRET,
      grant_type: "client_credentials",
    }),
  });
  return (await response.json()).access_token;
}

/** The text of one page of the audit trail, from before the oldest events of a measurement. */
export async function readPage({ settings, wire }: Stand, token: string, offset: number) {
  const { LIVEPERSON_DOMAIN_API_URL: livePerson, LIVEPERSON_ACCOUNT_ID: id } = settings;
  const day = new Date(Date.now() - OLD.fromAgeMs).toISOString().slice(0, 10);
  const range = { day, offset, first: PAGE };
  const response = await fetch(
    `${livePerson}/api/account/${id}/configuration/metadata/audit`,
    {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: wire === "rest"
        ? restBody(range)
        : graphqlBody(range, { lpa: true, automaticUpdates: false }, GRAPHQL, 0),
    },
  );
  return await response.text();
}

export async function collectSimply(stand: Stand): Promise<void> {
  const token = await signIn(stand);
  const lines: string[] = [];
  for (let offset = 0;; offset += PAGE) {
    const { data } = JSON.parse(await readPage(stand, token, offset));
    const records: unknown[] = data.auditData ?? data;
    for (const record of records) lines.push(JSON.stringify(record));
    if (records.length < PAGE) break;
  }
  let body: string[] = [];
  let length = 0;
  for (const [index, line] of lines.entries()) {
    body.push(line);
    length += line.length + 1;
    if (length < BODY_CHARACTERS && index < lines.length - 1) continue;
    await push(stand, body.join("\n"));
    [body, length] = [[], 0];
  }
}

async function push({ settings }: Stand, body: string): Promise<void> {
  const response = await fetch(`${settings.XSIAM_URL}/logs/v1/event`, {
    method: "POST",
    headers: {
      Authorization: settings.XSIAM_API_KEY,
      "Content-Type": "text/plain",
      "Content-Encoding": "gzip",
    },
    body: new Uint8Array(gzipSync(body)),
  });
  await response.text();
}
