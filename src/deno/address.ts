/** Where a request came from, under Deno. Pure. */

/**
 * The address of whoever connected. Behind a proxy of one's own, all come from that; if it is trusted, its
 * word counts: the last entry of `X-Forwarded-For`, the only one that it wrote itself.
 */
export function addressOf(request: Request, peer: string, isProxyTrusted: boolean): string {
  const forwarded = request.headers.get("X-Forwarded-For")?.split(",").at(-1)?.trim();
  return isProxyTrusted && forwarded !== undefined && ADDRESS.test(forwarded) ? forwarded : peer;
}

const ADDRESS = /^[0-9A-Fa-f.:]{2,45}$/;
