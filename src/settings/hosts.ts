/** Which server URLs a setting may hold. Pure. */

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

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
 * A URL that may have a path, without the slash at its end. It must be https unless it is on loopback.
 * @throws {Error} whose message goes behind the setting's name
 */
export function httpUrl(value: string): string {
  const { origin, pathname, search, hash } = new URL(wholeHttpUrl(value));
  if (search !== "" || hash !== "") throw new Error("must not contain a query");
  return origin + pathname.replace(/\/+$/, "");
}

/**
 * A URL with anything except credentials. It must be https unless it is on loopback.
 * @throws {Error} whose message goes behind the setting's name
 */
export function wholeHttpUrl(value: string): string {
  if (!/^https?:\/\//i.test(value)) throw new Error("must begin with https://");
  if (!URL.canParse(value)) throw new Error("is not a valid URL");
  const { href, origin, username, password } = new URL(value);
  if (username !== "" || password !== "") throw new Error("must not contain credentials");
  strictOrigin(origin);
  return href;
}

/**
 * The origin of a URL without credentials or path, which must be https unless it is on loopback.
 * @throws {Error} whose message goes behind the setting's name
 */
export function strictOrigin(value: string): string {
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
