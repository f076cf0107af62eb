/** Which of LivePerson's hosts may be contacted, and how they may be written. Pure. */
import { isLoopback, strictOrigin } from "../../settings/hosts.ts";

const LIVEPERSON = /(^|\.)liveperson\.(net|com)$/;

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

/**
 * The origin of a host from the Domain API; null if no credentials may be sent there. It must be
 * LivePerson's, or on loopback if the Domain API itself is (as in the demo).
 */
export function discoveredOrigin(host: string, domainApiOrigin: string): string | null {
  if (!/^[a-z0-9.\-:[\]]+$/i.test(host)) return null;
  const scheme = isLoopback(domainApiOrigin) ? "http" : "https";
  const origin = `${scheme}://${host}`;
  if (!URL.canParse(origin)) return null;
  const { hostname, port } = new URL(origin);
  if (isLoopback(domainApiOrigin)) return isLoopback(origin) ? new URL(origin).origin : null;
  return LIVEPERSON.test(hostname) && port === "" ? new URL(origin).origin : null;
}
