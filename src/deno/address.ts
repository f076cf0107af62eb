/** Where a request came from, under Deno. Pure. */

/**
 * The address of the client. Behind a proxy, every connection comes from the proxy; if that is trusted, the
 * last entry of `X-Forwarded-For` counts, the only one that it wrote itself.
 */
export function addressOf(request: Request, peer: string, isProxyTrusted: boolean): string {
  const forwarded = request.headers.get("X-Forwarded-For")?.split(",").at(-1)?.trim();
  return isProxyTrusted && forwarded !== undefined && ADDRESS.test(forwarded) ? forwarded : peer;
}

const ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;
