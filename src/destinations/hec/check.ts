/**
 * Tests the settings without delivering anything: asks for HEC's health, then sends a request without
 * events, which is refused as empty only after the token has been checked. Does I/O through `Upstream`.
 */
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { failedForNow } from "../../upstream/retry.ts";
import { CollectorError } from "../../errors.ts";
import type { Unverified } from "../kind.ts";
import { codeOf, failure, ID, LABEL, throwIfSettings } from "./answer.ts";
import { type Access, headersFor } from "./push.ts";
import { healthUrl } from "./settings.ts";

/** "Success" and "No data": the token was accepted. */
const ACCEPTED = [0, 5];

/** @throws {CollectorError} as a push would */
export async function checkHec(access: Access, upstream: Upstream): Promise<void | Unverified> {
  const headers = headersFor(access);
  const ask = (method: "GET" | "POST", url: string): Promise<UpstreamReply> =>
    upstream.send({
      ...{ name: ID, label: LABEL, method, url, headers, once: true },
      ...(method === "POST" && { body: "" }),
    });

  const health = await ask("GET", healthUrl(access.url)).catch(nullIfRedirected);
  // a receiver without this path may answer anything: only HEC's own answers mean something
  if (health !== null && codeOf(health.text) !== undefined) {
    if (failedForNow(health)) throw failure(health);
    throwIfSettings(health);
  }

  const empty = await ask("POST", access.url);
  const code = codeOf(empty.text);
  if (code !== undefined && ACCEPTED.includes(code)) return;
  throwIfSettings(empty);
  if (failedForNow(empty)) throw failure(empty);
  return {
    unverified: `${LABEL} is there, but answered a request without events with ${empty.status}:  ` +
      "that doesn't show whether it accepts the token.",
  };
}

function nullIfRedirected(error: unknown): null {
  if (error instanceof CollectorError && error.code === "upstream_redirected") return null;
  throw error;
}
