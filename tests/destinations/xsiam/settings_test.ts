/** How XSIAM's URL may be written. */
import assert from "node:assert/strict";
import { xsiamOrigin } from "../../../src/destinations/xsiam/settings.ts";

Deno.test("XSIAM's URL may be the collector's whole one, and no other path", () => {
  const origin = "https://api-tenant.xdr.eu.paloaltonetworks.com";
  for (
    const value of [origin, `${origin}/`, `${origin}/logs/v1/event`, `${origin}/logs/v1/event/`]
  ) {
    assert.equal(xsiamOrigin(value), origin);
  }
  assert.throws(() => xsiamOrigin(`${origin}/logs/v1/bulk_load`), /must not contain a path/);
  assert.throws(
    () => xsiamOrigin("api-tenant.xdr.eu.paloaltonetworks.com"),
    /must begin with https/,
  );
});
