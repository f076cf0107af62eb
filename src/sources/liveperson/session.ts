/**
 * What is known of an account's connection: its hosts and its token. Kept between runs, so that an
 * idle run needs neither discovery nor sign-in. Does I/O through `Upstream` and the vault.
 */
import type { LivePersonSettings } from "./settings.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { discover, type Service } from "./discovery.ts";
import { isSilence } from "./failure.ts";
import { requestToken, type Token } from "./token.ts";

interface Known {
  auditHost?: KnownHost;
  authHost?: KnownHost;
  token?: Token;
}

interface KnownHost {
  readonly origin: string;
  readonly useUntilMs: number;
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
    private readonly settings: LivePersonSettings,
    private readonly upstream: Upstream,
    private readonly vault: Vault,
    private readonly now: () => number,
  ) {}

  /** The origin of the audit API: remembered for a day. */
  async auditOrigin(): Promise<string> {
    return this.#usable((await this.#load()).auditHost) ?? await this.discoverAudit();
  }

  /** Finds the origin of the audit API anew. */
  async discoverAudit(): Promise<string> {
    const auditHost = await this.#discover("accountConfigReadOnly");
    await this.#keep({ auditHost });
    return auditHost.origin;
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

  /** The origin of the authorization server: the configured one, or the discovered one, for a day. */
  async authOrigin(): Promise<string> {
    return this.settings.LIVEPERSON_AUTH_SERVER_URL ??
      this.#usable((await this.#load()).authHost) ?? await this.#discoverAuth();
  }

  async #discoverAuth(): Promise<string> {
    const authHost = await this.#discover("sentinel");
    await this.#keep({ authHost });
    return authHost.origin;
  }

  /** Asks for a token: at the rediscovered host if the remembered one is gone. */
  async #renew(): Promise<string> {
    const origin = await this.authOrigin();
    let token: Token;
    try {
      token = await this.#requestToken(origin);
    } catch (error) {
      const isConfigured = this.settings.LIVEPERSON_AUTH_SERVER_URL !== undefined;
      if (isConfigured || !isSilence(error, "token")) throw error;
      const rediscovered = await this.#discoverAuth();
      if (rediscovered === origin) throw error;
      token = await this.#requestToken(rediscovered);
    }
    await this.#keep({ token });
    return token.accessToken;
  }

  #requestToken(origin: string): Promise<Token> {
    const credentials = {
      accountId: this.settings.LIVEPERSON_ACCOUNT_ID,
      clientId: this.settings.LIVEPERSON_CLIENT_ID,
      clientSecret: this.settings.LIVEPERSON_CLIENT_SECRET,
    };
    return requestToken(this.upstream, origin, credentials, this.now());
  }

  #usable(host: KnownHost | undefined): string | undefined {
    return host !== undefined && this.now() < host.useUntilMs ? host.origin : undefined;
  }

  async #discover(service: Service): Promise<KnownHost> {
    const { LIVEPERSON_DOMAIN_API_URL, LIVEPERSON_ACCOUNT_ID } = this.settings;
    const origin = await discover(
      this.upstream,
      LIVEPERSON_DOMAIN_API_URL,
      LIVEPERSON_ACCOUNT_ID,
      service,
    );
    return { origin, useUntilMs: this.now() + HOST_LIFETIME_MS };
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
