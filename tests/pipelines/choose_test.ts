/** Which pipelines are meant by a named account and destination, and what is said when that is not clear. */
import assert from "node:assert/strict";
import { CollectorError } from "../../src/errors.ts";
import {
  type Named,
  onePipeline,
  pipelinesOf,
  pipelinesOfOneAccount,
} from "../../src/pipelines/choose.ts";
import { type Pipeline, shortName } from "../../src/pipelines/pipeline.ts";
import { pipelineTo } from "../environment.ts";

const ALONE = [pipelineTo("xsiam", "111")];
const NOWHERE: Pipeline = { account: "111", feed: "audit", destination: null };
const TWO = [pipelineTo("xsiam", "111"), pipelineTo("hec", "111")];
const MANY = [...TWO, pipelineTo("xsiam", "222"), pipelineTo("elasticsearch", "333")];

/** The short names of what is chosen, or what is said instead. */
function chosen(choose: () => readonly Pipeline[]): readonly string[] | string {
  try {
    return choose().map(shortName);
  } catch (error) {
    assert.ok(error instanceof CollectorError);
    assert.equal(error.code, "arguments_invalid");
    return error.details.detail;
  }
}

const some = (pipelines: readonly Pipeline[], named: Named) =>
  chosen(() => pipelinesOf(pipelines, named));
const one = (pipelines: readonly Pipeline[], named: Named) =>
  chosen(() => [onePipeline(pipelines, named)]);

Deno.test("what is left out is no choice", () => {
  assert.deepEqual(some(MANY, {}), ["111/xsiam", "111/hec", "222/xsiam", "333/elasticsearch"]);
  assert.deepEqual(some(MANY, { account: "111" }), ["111/xsiam", "111/hec"]);
  assert.deepEqual(some(MANY, { destination: "xsiam" }), ["111/xsiam", "222/xsiam"]);
  assert.deepEqual(some([NOWHERE], {}), ["111"]);
});

Deno.test("either may be left out where there is only one", () => {
  assert.deepEqual(one(ALONE, {}), ["111/xsiam"]);
  assert.deepEqual(one([NOWHERE], { account: "111" }), ["111"]);
  assert.deepEqual(one(TWO, { destination: "hec" }), ["111/hec"]);
  assert.deepEqual(one(MANY, { account: "222" }), ["222/xsiam"]);
  assert.deepEqual(one(MANY, { destination: "elasticsearch" }), ["333/elasticsearch"]);
  assert.deepEqual(one(MANY, { account: "111", destination: "xsiam" }), ["111/xsiam"]);
});

Deno.test("where several could be meant, they are listed", () => {
  assert.equal(
    one(MANY, {}),
    "There are 3 accounts: select one with ?account=. The accounts are: 111, 222, 333.",
  );
  assert.equal(
    one(MANY, { destination: "xsiam" }),
    "There are 2 accounts: select one with ?account=. The accounts are: 111, 222.",
  );
  assert.equal(
    one(MANY, { account: "111" }),
    "Account 111 has 2 destinations: select one with ?destination=. The destinations are: xsiam, hec.",
  );
  assert.deepEqual(chosen(() => pipelinesOfOneAccount(MANY, { account: "111" })), [
    "111/xsiam",
    "111/hec",
  ]);
  const ways = { account: "--account", destination: "--destination" };
  const said = chosen(() => [onePipeline(TWO, {}, ways)]);
  assert.match(String(said), /select one with --destination\./);
});

Deno.test("what is not there is told with what is, and no more than ten names", () => {
  assert.equal(
    some(MANY, { account: "444" }),
    'There is no account "444". The accounts are: 111, 222, 333.',
  );
  assert.equal(
    some(MANY, { destination: "s3" }),
    'There is no destination "s3". The destinations are: xsiam, hec, elasticsearch.',
  );
  assert.equal(
    some(MANY, { account: "222", destination: "hec" }),
    'Account 222 has no destination "hec". The destinations are: xsiam.',
  );
  assert.equal(some([NOWHERE], { destination: "hec" }), "There is no destination.");
  const accounts = Array.from({ length: 12 }, (_, i) => pipelineTo("xsiam", `a${i}`));
  assert.match(String(one(accounts, {})), /The accounts are: a0, .*a9, …\.$/);
});
