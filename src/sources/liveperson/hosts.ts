/** Which of LivePerson's hosts may be contacted, and how they may be written. Pure. */
import { isLoopback, strictOrigin } from "../../settings/hosts.ts";

/** `accountConfigReadOnly` serves the audit trail, `sentinel` is the authorization server. */
export type Service = "accountConfigReadOnly" | "sentinel";

/**
 * What each service's hosts are called in every region, such as `va-a.acr.liveperson.net`.
 * Source: developers.liveperson.com, "Domain API" and "OAuth 2.0 client credentials".
 */
const DOMAINS: Readonly<Record<Service, string>> = {
  accountConfigReadOnly: "acr.liveperson",
  sentinel: "sentinel.liveperson",
};

const LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
const FURTHER_HOST = new RegExp(`^(\\*\\.)?(${LABEL}\\.)+[a-z][a-z0-9-]*$`);

/**
 * The origin of the authorization server, which is set as a bare host. A leading `https://` and a
 * trailing slash are accepted.
 * @throws {Error} whose message goes behind the setting's name
 */
export function authServerOrigin(value: string): string {
  if (/^https?:\/\//i.test(value)) return strictOrigin(value);
  const loopback = URL.canParse(`http://${value}`) && isLoopback(`http://${value}`);
  return strictOrigin(`${loopback ? "http" : "https"}://${value}`);
}

/** The hosts of a service, in words. */
export function hostsOf(service: Service): string {
  return `*.${DOMAINS[service]}.net`;
}

/**
 * The hosts that the Domain API may name besides those of the service asked for: names separated by commas,
 * or `*.` and a domain for all hosts in it.
 * @throws {Error} whose message goes behind the setting's name
 */
export function furtherHosts(value: string): readonly string[] {
  const hosts = value.toLowerCase().split(/[\s,]+/).filter((host) => host !== "");
  if (hosts.length > 0 && hosts.every((host) => FURTHER_HOST.test(host))) return hosts;
  throw new Error("must be host names separated by commas, such as audit.liveperson.net");
}

/**
 * The origin of a host from the Domain API; null if no credentials may be sent there. It must be one of
 * the service's, or named in the settings, or on loopback if the Domain API itself is (as in the demo).
 */
export function discoveredOrigin(
  host: string,
  service: Service,
  domainApiOrigin: string,
  further: readonly string[] = [],
): string | null {
  if (!/^[a-z0-9.\-:[\]]+$/i.test(host)) return null;
  const scheme = isLoopback(domainApiOrigin) ? "http" : "https";
  const origin = `${scheme}://${host}`;
  if (!URL.canParse(origin)) return null;
  const { hostname, port } = new URL(origin);
  if (isLoopback(domainApiOrigin)) return isLoopback(origin) ? new URL(origin).origin : null;
  const isKnown = port === "" && (isOf(service, hostname) || isNamed(hostname, further));
  return isKnown ? new URL(origin).origin : null;
}

function isOf(service: Service, hostname: string): boolean {
  return ["net", "com"].some((end) => hostname.endsWith(`.${DOMAINS[service]}.${end}`));
}

function isNamed(hostname: string, hosts: readonly string[]): boolean {
  return hosts.some((host) =>
    host.startsWith("*.") ? hostname.endsWith(host.slice(1)) : hostname === host
  );
}
