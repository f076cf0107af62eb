/** Which hosts the Domain API may name: only there are the credentials sent. */
import assert from "node:assert/strict";
import { discoveredOrigin } from "../../../src/sources/liveperson/hosts.ts";

const DOMAIN_API = "https://api.liveperson.net";
const LOCAL_DOMAIN_API = "http://127.0.0.1:8080";

Deno.test("a discovered host is one of LivePerson's, by https", () => {
  for (const host of ["va-a.acr.liveperson.net", "lo.sentinel.liveperson.com", "liveperson.net"]) {
    assert.equal(discoveredOrigin(host, DOMAIN_API), `https://${host}`);
  }
  assert.equal(
    discoveredOrigin("VA-A.acr.LivePerson.net", DOMAIN_API),
    "https://va-a.acr.liveperson.net",
  );
});

Deno.test("any other host is refused", () => {
  const foreign = [
    "example.com",
    "liveperson.net.example.com",
    "evilliveperson.net",
    "liveperson.org",
    "liveperson.net@example.com",
    "example.com/liveperson.net",
    "example.com#.liveperson.net",
    "example.com?.liveperson.net",
    "example.com\\.liveperson.net",
    "va.liveperson.net:8443",
    "https://va.liveperson.net",
    "va.liveperson.net\n",
    "10.0.0.1",
    "169.254.169.254",
    "127.0.0.1:8080",
    "localhost",
    "[::1]",
    "",
  ];
  for (const host of foreign) {
    assert.equal(discoveredOrigin(host, DOMAIN_API), null, JSON.stringify(host));
  }
});

Deno.test("a host on loopback is only good for a Domain API that is on loopback itself", () => {
  assert.equal(discoveredOrigin("127.0.0.1:9", LOCAL_DOMAIN_API), "http://127.0.0.1:9");
  assert.equal(discoveredOrigin("localhost:9", LOCAL_DOMAIN_API), "http://localhost:9");
  for (const host of ["example.com", "va.liveperson.net", "127.0.0.1.example.com", "10.0.0.1:9"]) {
    assert.equal(discoveredOrigin(host, LOCAL_DOMAIN_API), null, host);
  }
});
