/**
 * Whether Elasticsearch would accept events, without sending one: it is asked what the credentials may do.
 * OpenSearch has no such call, so it is only asked about the index. Does I/O through `Upstream`.
 * Source: Elastic, "Check user privileges" and "Check indices".
 */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import type { Upstream, UpstreamReply, UpstreamRequest } from "../../upstream/upstream.ts";
import type { Unverified } from "../kind.ts";
import { failureOf, ID, LABEL } from "./answer.ts";

/** Where the events go, and with which credentials. */
export interface Target {
  readonly url: string;
  /** An index, an alias or a data stream. */
  readonly index: string;
  /** The header. */
  readonly authorization: string;
}

const Privileges = v.object({ create_doc: v.boolean(), auto_configure: v.boolean() });
const Answer = v.object({ index: v.record(v.string(), Privileges) });

/** @throws {CollectorError} `destination_unauthorized`, `destination_not_found` or an `upstream_…` one */
export async function checkConnection(
  target: Target,
  upstream: Upstream,
): Promise<void | Unverified> {
  const { index } = target;
  const reply = await ask(target, upstream, {
    method: "POST",
    url: `${target.url}/_security/user/_has_privileges`,
    body: JSON.stringify({
      index: [{ names: [index], privileges: ["create_doc", "auto_configure"] }],
    }),
  });
  if (reply.status === 200) {
    const { create_doc: mayCreate, auto_configure: mayMakeIndex } = readPrivileges(reply, index);
    if (!mayCreate) throw lacking("create_doc", index);
    return mayMakeIndex ? undefined : await checkThatExists(target, upstream);
  }
  // a server without this route is OpenSearch, or Elasticsearch with security switched off
  if (![400, 404, 405].includes(reply.status)) throw failureOf(reply);
  const known = {
    200: `${index} exists`,
    403: `The credentials are right, but may not look at ${index}`,
    404: `${index} does not exist yet`,
  }[await askForIndex(target, upstream)];
  const unverified = `${known}; only writing would show whether events may be written to it.`;
  return { unverified };
}

/** An index that the credentials may not create must exist. */
async function checkThatExists(target: Target, upstream: Upstream): Promise<void | Unverified> {
  const { index } = target;
  switch (await askForIndex(target, upstream)) {
    case 200:
      return;
    case 403:
      return {
        unverified: `The credentials may write to ${index}, but can't see whether it exists.`,
      };
    case 404:
      throw new CollectorError("destination_not_found", {
        detail: `${index} does not exist, and the credentials may not create it.`,
        upstream: { name: ID, status: 404 },
      });
  }
}

async function askForIndex(target: Target, upstream: Upstream): Promise<200 | 403 | 404> {
  const url = `${target.url}/${encodeURIComponent(target.index)}`;
  const reply = await ask(target, upstream, { method: "HEAD", url });
  const { status } = reply;
  if (status === 200 || status === 403 || status === 404) return status;
  throw failureOf(reply);
}

function ask(
  { authorization: Authorization }: Target,
  upstream: Upstream,
  request: Pick<UpstreamRequest, "method" | "url" | "body">,
): Promise<UpstreamReply> {
  const headers = {
    Authorization,
    ...(request.body !== undefined && { "Content-Type": "application/json" }),
  };
  return upstream.send({ name: ID, label: LABEL, headers, ...request });
}

function readPrivileges({ text }: UpstreamReply, index: string): v.InferOutput<typeof Privileges> {
  try {
    const privileges = v.parse(Answer, JSON.parse(text)).index[index];
    if (privileges !== undefined) return privileges;
  } catch {
    // told below
  }
  throw new CollectorError("upstream_unreadable", {
    detail: `${LABEL} did not say what the credentials may do.`,
    upstream: { name: ID, status: 200 },
  });
}

function lacking(privilege: string, index: string): CollectorError {
  return new CollectorError("destination_unauthorized", {
    detail: `The credentials lack the privilege ${privilege} on ${index}.`,
    upstream: { name: ID, status: 200 },
  });
}
