/** What keeps the host from listening is told in words, without a stack. */
import assert from "node:assert/strict";
import { listen, listenFailure } from "../../src/deno/listen.ts";
import { CollectorError } from "../../src/errors.ts";

Deno.test("a port that only the superuser may use, and one that is taken, are told with the setting", () => {
  const told = (error: Error) => listenFailure(error, { host: "127.0.0.1", port: 80 });
  assert.match(
    told(new Deno.errors.PermissionDenied("Permission denied (os error 13)")),
    /not allowed to listen on PORT 80: set one from 1024 on/,
  );
  assert.match(
    told(new Deno.errors.AddrInUse("")),
    /^The PORT is in use: .* 127\.0\.0\.1, port 80\.$/,
  );
  assert.match(told(new Deno.errors.NotCapable("")), /no permission to listen on HOST/);
});

Deno.test("a HOST that is not this machine's is told, and so is one that is no address", () => {
  const cases: [string, RegExp][] = [
    ["192.0.2.1", /^HOST is 192\.0\.2\.1, which is not an address of this machine\.$/],
    ["", /^HOST , port 0: invalid empty host/],
  ];
  for (const [host, detail] of cases) {
    assert.throws(() => listen({ host, port: 0 }), (error: CollectorError) => {
      assert.equal(error.code, "configuration_invalid");
      assert.match(error.details.detail, detail);
      return true;
    });
  }
});
