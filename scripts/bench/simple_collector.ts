/**
 * The simple alternative that the product is measured against: one page after another, each pushed
 * before the next is read; no ids, no check, no cursor.
 */
import { graphqlBody } from "../../src/liveperson/graphql.ts";
import { GRAPHQL } from "../../src/liveperson/dialect.ts";
import { encodeBody } from "../../src/xsiam/xsiam.ts";
import { accountId, CREDENTIALS } from "./stand_options.ts";
import { PAGE } from "./pipeline.ts";

const ID = accountId(0);

export async function signIn(livePerson: string): Promise<string> {
  const response = await fetch(`${livePerson}/sentinel/api/v2/account/${ID}/app/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CREDENTIALS.clientId,
      client_secret: CREDENTIALS.clientSecret,
      grant_type: "client_credentials",
    }),
  });
  return (await response.json()).access_token;
}

/** The text of one page of the audit trail, from a day on. */
export async function readPage(livePerson: string, token: string, day: string, offset: number) {
  const url = `${livePerson}/api/account/${ID}/configuration/metadata/audit`;
  const filter = { lpa: true, automaticUpdates: false };
  const response = await fetch(url, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: graphqlBody({ day, offset, first: PAGE }, filter, GRAPHQL),
  });
  return await response.text();
}

export async function collectSimply(livePerson: string, xsiam: string, day: string): Promise<void> {
  const token = await signIn(livePerson);
  for (let offset = 0;; offset += PAGE) {
    const { data } = JSON.parse(await readPage(livePerson, token, day, offset));
    const lines = data.auditData.map((record: unknown) => ({ json: JSON.stringify(record) }));
    if (lines.length > 0) {
      const response = await fetch(`${xsiam}/logs/v1/event`, {
        method: "POST",
        headers: {
          Authorization: CREDENTIALS.apiKey,
          "Content-Type": "text/plain",
          "Content-Encoding": "gzip",
        },
        body: await encodeBody(lines, "gzip"),
      });
      await response.text();
    }
    if (lines.length < PAGE) return;
  }
}
