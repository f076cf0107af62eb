/** The names of pipelines: they are keys, and no two are the same. */
import assert from "node:assert/strict";
import { ownerOf, pipelineName } from "../../src/pipelines/pipeline.ts";
import { pipelineTo } from "../environment.ts";

/** Source: Cloudflare, "Workers KV limits". */
const MAX_KEY_BYTES = 512;

Deno.test("a name has the identity as it is, or cut with a hash if a key could not hold it", () => {
  assert.equal(pipelineName(pipelineTo("hec")), "12345678/audit/hec/example.com");
  const usual = "example.com/" + "p".repeat(288);
  assert.equal(pipelineName(pipelineTo("hec", "1", usual)), `1/audit/hec/${usual}`);

  const account = "a".repeat(20);
  for (const long of ["p".repeat(500), "ü".repeat(200), "🧨".repeat(1000)]) {
    const names = ["1", "2"].map((end) =>
      pipelineName(pipelineTo("elasticsearch", account, `example.com/${long}${end}`))
    );
    assert.equal(new Set(names).size, 2, "what differs at the end is another pipeline");
    for (const name of names) {
      assert.match(name, /^a{20}\/audit\/elasticsearch\/example\.com\/.+…[0-9a-f]{32}$/u);
      assert.ok(new TextEncoder().encode(`cursor/${name}`).length <= MAX_KEY_BYTES, name);
      assert.ok(name.isWellFormed());
    }
  }
});

Deno.test("the cursor's owner has the same name", () => {
  const pipeline = pipelineTo("hec", "1", "p".repeat(1000));
  const { account, feed, destination } = ownerOf(pipeline);
  assert.equal(`${account}/${feed}/${destination}`, pipelineName(pipeline));
});
