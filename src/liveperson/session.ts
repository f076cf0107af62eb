/**
 * What is known of an account's connection: its hosts and its token. Kept between runs, so that an
 * idle run needs neither discovery nor sign-in. Does I/O through `Upstream` and the vault.
 */
import type { Settings } from "../settings/settings.ts";
import type { Upstream } from "../upstream.ts";
import { discover } from "./discovery.ts";
import { requestToken, type Token } from "./token.ts";

interface Known {
  auditHost?: { readonly origin: string; readonly useUntilMs: number };
  token?: Token;
}

/** Keeps a small value encrypted. */
export interface Vault {
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
}

const HOST_LIFETIME_MS = 24 * 3_600_000;

export class Session {
  #known: Known | undefined;
  #renewal: Promise<string> | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly upstream: Upstream,
    private readonly vault: Vault,
    private readonly now: () => number,
  ) {}

  /** The origin of the audit API: remembered for a day. */
  async auditOrigin(): Promise<string> {
    const { auditHost } = await this.#load();
    return auditHost !== undefined && this.now() < auditHost.useUntilMs
      ? auditHost.origin
      : await this.discoverAudit();
  }

  /** Finds the origin of the audit API anew. */
  async discoverAudit(): Promise<string> {
    const { LIVEPERSON_DOMAIN_API_URL, LIVEPERSON_ACCOUNT_ID } = this.settings;
    const origin = await discover(
      this.upstream,
      LIVEPERSON_DOMAIN_API_URL,
      LIVEPERSON_ACCOUNT_ID,
      "accountConfigReadOnly",
    );
    await this.#keep({ auditHost: { origin, useUntilMs: this.now() + HOST_LIFETIME_MS } });
    return origin;
  }

  /** A valid access token: the remembered one until shortly before it expires. */
  async accessToken(): Promise<string> {
    const { token } = await this.#load();
    return token !== undefined && this.now() < token.useUntilMs
      ? token.accessToken
      : await this.signIn();
  }

  /** Signs in anew, once for all who ask at the same time. */
  signIn(): Promise<string> {
    this.#renewal ??= this.#renew().finally(() => this.#renewal = undefined);
    return this.#renewal;
  }

  /** The origin of the authorization server: the configured one, or the discovered one. */
  async authOrigin(): Promise<string> {
    const { LIVEPERSON_AUTH_SERVER_URL, LIVEPERSON_DOMAIN_API_URL, LIVEPERSON_ACCOUNT_ID } =
      this.settings;
    return LIVEPERSON_AUTH_SERVER_URL ?? await discover(
      this.upstream,
      LIVEPERSON_DOMAIN_API_URL,
      LIVEPERSON_ACCOUNT_ID,
      "sentinel",
    );
  }

  async #renew(): Promise<string> {
    const token = await requestToken(this.upstream, await this.authOrigin(), {
      accountId: this.settings.LIVEPERSON_ACCOUNT_ID,
      clientId: this.settings.LIVEPERSON_CLIENT_ID,
      clientSecret: this.settings.LIVEPERSON_CLIENT_SECRET,
    }, this.now());
    await this.#keep({ token });
    return token.accessToken;
  }

  async #load(): Promise<Known> {
    this.#known ??= (await this.vault.read() ?? {}) as Known;
    return this.#known;
  }

  async #keep(news: Known): Promise<void> {
    this.#known = { ...await this.#load(), ...news };
    await this.vault.write(this.#known);
  }
}
