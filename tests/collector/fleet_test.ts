/** Calls to many collectors at once: in their order, a few at a time, and no destination waits for another. */
import assert from "node:assert/strict";
import { askAny, askEach, CONCURRENCY } from "../../src/collector/fleet.ts";
import { type CollectorService, offer } from "../../src/collector/service.ts";
import { CollectorError, type ErrorCode } from "../../src/errors.ts";
import { type Pipeline, shortName } from "../../src/pipelines/pipeline.ts";
import { toProblem } from "../../src/problems.ts";
import { pipelineTo } from "../environment.ts";

const failed = (code: ErrorCode) => ({
  ok: false as const,
  problem: toProblem(new CollectorError(code, { detail: "" })),
});

Deno.test("a destination that hangs holds up no other, however many accounts have it", async () => {
  const pipelines = Array.from({ length: 3 * CONCURRENCY }, (_, i) => `account${i}`)
    .flatMap((account) => [pipelineTo("slow", account), pipelineTo("fast", account)]);
  const hanging = Promise.withResolvers<void>();
  const fastOnes = Promise.withResolvers<void>();
  const asked: Record<string, number> = { slow: 0, fast: 0 };
  const of = ({ destination }: Pipeline): CollectorService =>
    offer(async () => {
      asked[destination!.kind]++;
      if (destination!.kind === "slow") await hanging.promise;
      if (asked.fast === pipelines.length / 2) fastOnes.resolve();
      return failed("upstream_failed");
    });
  const outcomes = askEach(of)(pipelines, "verdict");
  await fastOnes.promise;
  assert.equal(asked.slow, CONCURRENCY, "and no more of the slow ones are asked at once");
  hanging.resolve();
  assert.equal((await outcomes).length, pipelines.length);
});

Deno.test("the outcomes have the order of what was asked", async () => {
  const pipelines = ["b", "a", "c"].flatMap((account) => [
    pipelineTo("hec", account),
    pipelineTo("xsiam", account),
  ]);
  const of = (pipeline: Pipeline): CollectorService =>
    offer(() =>
      Promise.resolve({
        ok: false,
        problem: { ...failed("upstream_failed").problem, detail: shortName(pipeline) },
      })
    );
  const outcomes = await askEach(of)(pipelines, "verdict");
  const names = outcomes.map((outcome) => outcome.ok ? "" : outcome.problem.detail);
  assert.deepEqual(names, pipelines.map(shortName));
});

Deno.test("what any destination's collector may do is done by the first whose settings are valid", async () => {
  const codes: Record<string, ErrorCode> = {
    xsiam: "configuration_invalid",
    hec: "audit_forbidden",
    s3: "upstream_failed",
  };
  const asked: string[] = [];
  const of = ({ destination }: Pipeline): CollectorService =>
    offer(() => {
      asked.push(destination!.kind);
      return Promise.resolve(failed(codes[destination!.kind]));
    });
  const code = async (...kinds: string[]) => {
    const outcome = await askAny({ of }, kinds.map((kind) => pipelineTo(kind)), "testSource");
    return outcome.ok ? "ok" : outcome.problem.code;
  };
  assert.equal(await code("xsiam", "hec", "s3"), "audit_forbidden");
  assert.deepEqual(asked, ["xsiam", "hec"]);
  assert.equal(await code("xsiam"), "configuration_invalid");
});
