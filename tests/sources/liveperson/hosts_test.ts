/** Which hosts the Domain API may name: only there are the credentials sent. */
import assert from "node:assert/strict";
import {
  discoveredOrigin,
  furtherHosts,
  type Service,
} from "../../../src/sources/liveperson/hosts.ts";

const DOMAIN_API = "https://api.liveperson.net";
const LOCAL_DOMAIN_API = "http://127.0.0.1:8080";

const AUDIT: Service = "accountConfigReadOnly";

Deno.test("a discovered host is one of the service's, in any region, by https", () => {
  const hosts: [Service, string][] = [
    [AUDIT, "va-a.acr.liveperson.net"],
    [AUDIT, "lo.acr.liveperson.net"],
    ["sentinel", "va.sentinel.liveperson.net"],
    ["sentinel", "lo.sentinel.liveperson.com"],
    ["sentinel", "sy.sentinel.liveperson.net"],
  ];
  for (const [service, host] of hosts) {
    assert.equal(discoveredOrigin(host, service, DOMAIN_API), `https://${host}`);
  }
  assert.equal(
    discoveredOrigin("VA-A.acr.LivePerson.net", AUDIT, DOMAIN_API),
    "https://va-a.acr.liveperson.net",
  );
});

Deno.test("a host of another service is refused, even if it is LivePerson's", () => {
  const hosts: [Service, string][] = [
    ["sentinel", "va-a.acr.liveperson.net"],
    [AUDIT, "va.sentinel.liveperson.net"],
    [AUDIT, "pages.liveperson.net"],
    [AUDIT, "acr.liveperson.net.pages.liveperson.net"],
    [AUDIT, "evilacr.liveperson.net"],
    [AUDIT, "acr.liveperson.net"],
    ["sentinel", "sentinel.va.liveperson.net"],
  ];
  for (const [service, host] of hosts) {
    assert.equal(discoveredOrigin(host, service, DOMAIN_API), null, `${host} for ${service}`);
  }
});

Deno.test("the setting names the rest: single hosts, or all of a domain", () => {
  const further = furtherHosts("Audit.liveperson.net, *.config.example.com");
  const origin = (host: string) => discoveredOrigin(host, AUDIT, DOMAIN_API, further);
  for (const host of ["audit.liveperson.net", "a.b.config.example.com"]) {
    assert.equal(origin(host), `https://${host}`);
  }
  const others = [
    "x.audit.liveperson.net",
    "config.example.com",
    "evilconfig.example.com",
    "a.config.example.com:8443",
  ];
  for (const host of others) assert.equal(origin(host), null, host);
  for (const value of ["*", "*.", "*.*.net", "https://a.example.com", "a b/c", "a.example.com:1"]) {
    assert.throws(() => furtherHosts(value), /must be host names/, value);
  }
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
    for (const service of [AUDIT, "sentinel"] as const) {
      assert.equal(discoveredOrigin(host, service, DOMAIN_API), null, JSON.stringify(host));
    }
  }
});

Deno.test("a host on loopback is only good for a Domain API that is on loopback itself", () => {
  assert.equal(discoveredOrigin("127.0.0.1:9", AUDIT, LOCAL_DOMAIN_API), "http://127.0.0.1:9");
  assert.equal(discoveredOrigin("localhost:9", AUDIT, LOCAL_DOMAIN_API), "http://localhost:9");
  for (const host of ["example.com", "va.liveperson.net", "127.0.0.1.example.com", "10.0.0.1:9"]) {
    assert.equal(discoveredOrigin(host, AUDIT, LOCAL_DOMAIN_API), null, host);
  }
});
