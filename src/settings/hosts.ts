/** Which hosts may be talked to, and how their names may be written. Pure. */

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const LIVEPERSON = /(^|\.)liveperson\.(net|com)$/;

export function isLoopback(origin: string): boolean {
  return LOOPBACK.test(new URL(origin).hostname);
}

/**
 * The origin of a setting that names a server by URL.
 * @throws {Error} whose message goes behind the setting's name
 */
export function httpOrigin(value: string): string {
  if (!/^https?:\/\//i.test(value)) throw new Error("must begin with https://");
  return strictOrigin(value);
}

/**
 * The origin of XSIAM. The collector's whole URL, as XSIAM shows it, is forgiven.
 * @throws {Error} whose message goes behind the setting's name
 */
export function xsiamOrigin(value: string): string {
  return httpOrigin(value.replace(/\/logs\/v1\/event\/?$/, ""));
}

/**
 * The origin of the authorization server, which is given as a bare host. A pasted `https://` and a
 * trailing slash are forgiven.
 * @throws {Error} whose message goes behind the setting's name
 */
export function authServerOrigin(value: string): string {
  if (/^https?:\/\//i.test(value)) return strictOrigin(value);
  const loopback = URL.canParse(`http://${value}`) && isLoopback(`http://${value}`);
  return strictOrigin(`${loopback ? "http" : "https"}://${value}`);
}

/**
 * The origin of a host that the Domain API answered, or null when no credentials may be sent there:
 * it must be LivePerson's, or on loopback when the Domain API itself is (as in the demo).
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

function strictOrigin(value: string): string {
  if (!URL.canParse(value)) throw new Error("is not a valid host or URL");
  const url = new URL(value);
  if (url.username !== "" || url.password !== "") throw new Error("must not contain credentials");
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new Error("must not contain a path or a query");
  }
  if (url.protocol !== "https:" && !isLoopback(url.origin)) {
    throw new Error("must use https, not http");
  }
  return url.origin;
}
