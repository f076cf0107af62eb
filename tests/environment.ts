/**
 * The simulated environment with the tests' account and secrets, and what many tests need around it.
 * What a test puts into it, such as a Worker, lies with those tests.
 */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Environment,
  type EnvironmentOptions,
  startEnvironment,
} from "../scripts/simulators/environment.ts";
import type { Pipeline } from "../src/pipelines/pipeline.ts";
import type { AuditRecord } from "../scripts/simulators/records.ts";
import { record } from "./simulators/sample.ts";

export const ACCOUNT = "12345678";
/** LivePerson has it too, but it is collected only if a test lists it. */
export const SECOND = "second";
export const SECRETS = {
  LIVEPERSON_CLIENT_SECRET: "client+s3cret/äöü=",
  XSIAM_API_KEY: "xsiam-k3y-7d1f",
  API_TOKEN: "api-t0ken-9b2c-5e8f-41aa-b7d3-90c6e1f2d4a8",
} as const;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The account's pipeline to this kind of destination. */
export function pipelineTo(kind: string, account = ACCOUNT, identity = "example.com"): Pipeline {
  return { account, feed: "audit", destination: { kind, identity } };
}

/** Credentials of an account of the tests. */
export function account(accountId: string) {
  return { accountId, clientId: "client-1", clientSecret: SECRETS.LIVEPERSON_CLIENT_SECRET };
}

type Options =
  & Partial<Pick<EnvironmentOptions, "accounts" | "livePerson">>
  & { readonly xsiam?: Partial<EnvironmentOptions["xsiam"]> };

/** The simulators, with settings under which no retry waits. */
export async function openEnvironment(options: Options = {}): Promise<Environment> {
  const environment = await startEnvironment({
    accounts: options.accounts ?? [account(ACCOUNT)],
    apiToken: SECRETS.API_TOKEN,
    livePerson: {
      ...(options.accounts === undefined && { accounts: [ACCOUNT, SECOND].map(account) }),
      ...options.livePerson,
    },
    xsiam: { apiKey: SECRETS.XSIAM_API_KEY, ...options.xsiam },
  });
  const impatient = { RETRY_DELAY: "0 seconds" };
  return {
    ...environment,
    settings: { ...environment.settings, ...impatient },
    settingsAt: (addresses) => ({ ...environment.settingsAt(addresses), ...impatient }),
  };
}

/** No text holds one of the secrets, plain or encoded. */
export function assertDiscreet(texts: readonly string[], secrets: readonly string[]): void {
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  for (const text of texts) {
    for (const form of forms) {
      assert.ok(!text.includes(form), `a secret shows in: ${text.slice(0, 2000)}`);
    }
  }
}

/** A change of a user's email at a time; `fields` to tell it from others. */
export function changeAt(timeMs: number, fields: Partial<AuditRecord> = {}): AuditRecord {
  return record({
    accountId: ACCOUNT,
    changeTimestampMs: timeMs,
    element: "Email",
    oldValue: "",
    newValue: String(timeMs),
    ...fields,
  });
}

let changes = 0;

/** A change that was made just now, unlike any other unless `fields` make it so. */
export function change(fields: Partial<AuditRecord> = {}): AuditRecord {
  return record({
    accountId: ACCOUNT,
    changeTimestampMs: tenth(Date.now() - 1000),
    objectName: `Object no. ${++changes}`,
    ...fields,
  });
}

/** An instant as exactly as the source tells it. */
export function tenth(timeMs: number): number {
  return Math.floor(timeMs / 100) * 100;
}

/** Lends a folder for a while. */
export async function withFolder(use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await use(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** Asks again and again until the answer is yes. */
export async function until(
  what: string | (() => string),
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs;
  while (!await isSo()) {
    if (Date.now() > deadlineMs) {
      assert.fail(`Waited ${timeoutMs} ms for ${typeof what === "string" ? what : what()}`);
    }
    await sleep(10);
  }
}
