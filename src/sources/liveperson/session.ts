/**
 * What is known about an account's connection: its hosts and its token. Kept between runs, so that an idle
 * run needs neither discovery nor sign-in; checked again as soon as something fails, so that a moved
 * account is found within the run. Each run has its own session. Does I/O through `Upstream` and the vault.
 */
import { CollectorError, type UpstreamName } from "../../errors.ts";
import type { LivePersonSettings } from "./settings.ts";
import type { Vault } from "../../storage/vault.ts";
import type { AccessToken } from "../../upstream/access_token.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import type { Refusals } from "./changeover.ts";
import { discover } from "./discovery.ts";
import { isDecisive, isSilence } from "./failure.ts";
import type { Service } from "./hosts.ts";
import { HOST_LIFETIME_MS, type Known, type KnownHost, readKnown } from "./known.ts";
import { requestToken } from "./token.ts";

/** The host of the audit API, and the token for it. */
export interface Access {
  readonly origin: string;
  readonly accessToken: string;
}

export class Session {
  #loaded: Promise<Known> | undefined;
  /** What was remembered when the run began: only this is ever checked again. */
  #remembered: Known = {};
  #known: Known = {};
  #renewal: Promise<string> | undefined;
  // each of these happens at most once a run
  #tokenAnew: Promise<string> | undefined;
  #hostsAnew: Promise<void> | undefined;

  constructor(
    private readonly settings: LivePersonSettings,
    private readonly upstream: Upstream,
    private readonly vault: Vault,
    private readonly now: () => number,
  ) {}

  async access(): Promise<Access> {
    return { origin: await this.auditOrigin(), accessToken: await this.accessToken() };
  }

  /**
   * Another access after one has failed: with a new token, or at a newly discovered host. What was
   * remembered is checked again once per run; null when nothing is left to try.
   * @throws {CollectorError} the failure of the other access, if that says more
   */
  async accessAfter(failure: CollectorError, failed: Access): Promise<Access | null> {
    const { status } = failure.details.upstream ?? {};
    const speaksOfToken = status === 401 || status === 403;
    const ways = speaksOfToken
      ? [this.#withTokenAnew, this.#withHostsAnew]
      : status === undefined
      ? [this.#withHostsAnew]
      : [this.#withHostsAnew, this.#withTokenAnew];
    try {
      for (const way of ways) {
        const other = await way.call(this, failed, status);
        if (other !== null) return other;
      }
      return null;
    } catch (error) {
      const hasNoToken = speaksOfToken && isOf("token", error);
      throw hasNoToken || isDecisive(error) ? error : failure;
    }
  }

  /** The origin of the audit API, remembered for a day. */
  async auditOrigin(): Promise<string> {
    const { auditHost } = await this.#load();
    return this.#usable(auditHost) ?? await this.#find("accountConfigReadOnly");
  }

  /**
   * The origin of the authorization server: the configured one, or the discovered one, remembered for a
   * day.
   */
  async authOrigin(): Promise<string> {
    const { authHost } = await this.#load();
    return this.settings.LIVEPERSON_AUTH_SERVER_URL ?? this.#usable(authHost) ??
      await this.#find("sentinel");
  }

  /** A valid access token: the remembered one until shortly before it expires. */
  async accessToken(): Promise<string> {
    const { token } = await this.#load();
    return token !== undefined && this.now() < token.useUntilMs
      ? token.accessToken
      : await this.#signIn();
  }

  /** What is kept of the refusals of the account's wire format. */
  async refusals(): Promise<Refusals | undefined> {
    return (await this.#load()).refusals;
  }

  async keepRefusals(refusals: Refusals | undefined): Promise<void> {
    await this.#keep({ refusals });
  }

  /** A token that is refused with 401 is replaced even if it is new: it may have been revoked. */
  async #withTokenAnew(failed: Access, status: number | undefined): Promise<Access | null> {
    const current = this.#known.token?.accessToken;
    if (current !== undefined && current !== failed.accessToken) {
      return { ...failed, accessToken: current };
    }
    const isRemembered = failed.accessToken === this.#remembered.token?.accessToken;
    if (!isRemembered && status !== 401) return null;
    const accessToken = await (this.#tokenAnew ??= this.#signIn());
    return accessToken === failed.accessToken ? null : { ...failed, accessToken };
  }

  async #withHostsAnew(failed: Access): Promise<Access | null> {
    const isRemembered = failed.origin === this.#remembered.auditHost?.origin;
    if (isRemembered) await this.#discoverAnew();
    const other = await this.access();
    const isOther = other.origin !== failed.origin || other.accessToken !== failed.accessToken;
    return isOther ? other : null;
  }

  /** Discovers all hosts again. A token from another authorization server is dropped. */
  #discoverAnew(): Promise<void> {
    return this.#hostsAnew ??= this.#discoverAll();
  }

  async #discoverAll(): Promise<void> {
    await this.#find("accountConfigReadOnly");
    if (this.settings.LIVEPERSON_AUTH_SERVER_URL !== undefined) return;
    const before = this.#known.authHost?.origin;
    if (await this.#find("sentinel") !== before) await this.#keep({ token: undefined });
  }

  /** Signs in again, once for all concurrent callers. */
  #signIn(): Promise<string> {
    this.#renewal ??= this.#renew().finally(() => this.#renewal = undefined);
    return this.#renewal;
  }

  /** Requests a token, from the rediscovered host if the remembered one is no longer the account's. */
  async #renew(): Promise<string> {
    const origin = await this.authOrigin();
    let token: AccessToken;
    try {
      token = await this.#requestToken(origin);
    } catch (error) {
      if (origin !== this.#remembered.authHost?.origin || !doubtsAuthHost(error)) throw error;
      const rediscovered = await this.#otherAuthOrigin(origin, error);
      token = await this.#requestToken(rediscovered);
    }
    await this.#keep({ token });
    return token.accessToken;
  }

  /** @throws `failure` when discovery names the same host again, or fails for now */
  async #otherAuthOrigin(failed: string, failure: unknown): Promise<string> {
    try {
      await this.#discoverAnew();
    } catch (error) {
      throw isDecisive(error) ? error : failure;
    }
    const origin = await this.authOrigin();
    if (origin === failed) throw failure;
    return origin;
  }

  #requestToken(origin: string): Promise<AccessToken> {
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

  /** Asks the Domain API for a host, and remembers it. */
  async #find(service: Service): Promise<string> {
    const { settings } = this;
    const origin = await discover(this.upstream, service, {
      accountId: settings.LIVEPERSON_ACCOUNT_ID,
      domainApiOrigin: settings.LIVEPERSON_DOMAIN_API_URL,
      furtherHosts: settings.LIVEPERSON_FURTHER_HOSTS ?? [],
    });
    const host = { origin, useUntilMs: this.now() + HOST_LIFETIME_MS };
    await this.#keep(service === "sentinel" ? { authHost: host } : { auditHost: host });
    return origin;
  }

  async #load(): Promise<Known> {
    await (this.#loaded ??= this.#read());
    return this.#known;
  }

  async #read(): Promise<Known> {
    return this.#known = this.#remembered = readKnown(await this.vault.read(), this.now());
  }

  async #keep(news: Known): Promise<void> {
    this.#known = { ...await this.#load(), ...news };
    await this.vault.write(this.#known);
  }
}

/** Any failure may mean that the account is served elsewhere now, except a request to slow down. */
function doubtsAuthHost(error: unknown): boolean {
  return isSilence(error, "token") || isOf("token", error) &&
      (error.code === "upstream_failed" || error.code === "credentials_refused");
}

function isOf(name: UpstreamName, error: unknown): error is CollectorError {
  return error instanceof CollectorError && error.details.upstream?.name === name;
}
