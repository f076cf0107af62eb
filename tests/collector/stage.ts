/** A collector in this process between the two simulators, with settings to override. */
import { Collector } from "../../src/collector/collector.ts";
import type { Host } from "../../src/collector/platform.ts";
import { readSettings } from "../../src/pipelines/settings.ts";
import type { AuditRecord } from "../../scripts/simulators/records.ts";
import { startLivePerson } from "../../scripts/simulators/liveperson.ts";
import { startXsiam } from "../../scripts/simulators/xsiam.ts";

const ACCOUNT = { accountId: "12345678", clientId: "client", clientSecret: "client-secret" };
const XSIAM_KEY = "xsiam-key";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export async function openStage(options: { now?: () => number } = {}) {
  const livePerson = await startLivePerson({ accounts: [ACCOUNT], now: options.now });
  const xsiam = await startXsiam({ apiKey: XSIAM_KEY });
  return {
    livePerson,
    xsiam,
    collector(host: Host, overrides: Record<string, string> = {}): Collector {
      const settings = readSettings({
        LIVEPERSON_ACCOUNT_ID: ACCOUNT.accountId,
        LIVEPERSON_CLIENT_ID: ACCOUNT.clientId,
        LIVEPERSON_CLIENT_SECRET: ACCOUNT.clientSecret,
        LIVEPERSON_AUTH_SERVER_URL: livePerson.host,
        LIVEPERSON_DOMAIN_API_URL: livePerson.url,
        XSIAM_URL: xsiam.url,
        XSIAM_API_KEY: XSIAM_KEY,
        RETRY_DELAY: "0 seconds",
        ...overrides,
      }, "workers");
      return new Collector(settings, host);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([livePerson.close(), xsiam.close()]);
    },
  };
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** A change of a user at a time; `fields` to tell it from others. */
export function change(timeMs: number, fields: Partial<AuditRecord> = {}): AuditRecord {
  return {
    changeTimestampMs: timeMs,
    accountId: ACCOUNT.accountId,
    objectType: "Users",
    objectName: "Ada",
    actionType: "Edit",
    element: "Email",
    oldValue: "",
    newValue: String(timeMs),
    originator: "Grace",
    originatorLoginName: "grace@example.com",
    originatorUserId: "1",
    originatorUserAgent: "",
    originatorAuthType: "password",
    originatorIsLpa: false,
    automatic: false,
    ...fields,
  };
}
