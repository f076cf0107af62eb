/**
 * A backlog to the archive, from the deployable bundle on workerd: by S3's API, and into an R2 bucket that
 * is bound. Nothing is lost, nothing comes twice, and the objects are few.
 */
import assert from "node:assert/strict";
import { generateRecords } from "../../scripts/simulators/records.ts";
import { eventsIn, startS3 } from "../../scripts/simulators/s3.ts";
import { ACCOUNT, change, DAY_MS, openEnvironment, SECRETS } from "../environment.ts";
import { LEAN, startWorkerIn } from "./worker_in.ts";

const EVENTS = 5000;
const DAYS = 3;
const NO_XSIAM = { XSIAM_URL: "", XSIAM_API_KEY: "" };
const KEY = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cr3t-k3y-4f1a", region: "us-east-1" };

function addBacklog({ livePerson }: Awaited<ReturnType<typeof openEnvironment>>): void {
  const toMs = Date.now() - DAY_MS / 2;
  livePerson.add(generateRecords({
    ...{ seed: 9, count: EVENTS, accountId: ACCOUNT, automaticShare: 0 },
    ...{ fromMs: toMs - (DAYS - 1) * DAY_MS, toMs },
  }));
}

/** Every event of the backlog is there once, in an object of its own day. */
function assertArchived(objects: ReadonlyMap<string, { readonly body: Uint8Array }>): void {
  const events = eventsIn(objects);
  assert.equal(events.length, EVENTS);
  assert.equal(new Set(events.map(({ event_id: id }) => id)).size, EVENTS);
  assert.ok(objects.size <= 2 * DAYS, `${objects.size} objects`);
  for (const [key, object] of objects) {
    const [, account, day] = /account=(\d+)\/dt=([\d-]+)\/[^/]+\.native\.ndjson\.gz$/.exec(key) ??
      [];
    assert.equal(account, ACCOUNT, key);
    const times = eventsIn(new Map([[key, object]])).map(({ _time }) => String(_time));
    assert.ok(times.every((time) => time.startsWith(day)), key);
  }
}

Deno.test("a backlog is archived by S3's API, though S3 is slow, races, and doesn't always answer", async () => {
  await using environment = await openEnvironment(LEAN);
  await using simulator = await startS3({ key: KEY });
  await using worker = await startWorkerIn(environment, {
    settings: {
      ...NO_XSIAM,
      S3_URL: simulator.url,
      S3_ACCESS_KEY_ID: KEY.accessKeyId,
      S3_SECRET_ACCESS_KEY: KEY.secretAccessKey,
    },
  });
  addBacklog(environment);
  const errors = [
    { status: 503, code: "SlowDown" },
    { status: 409, code: "ConditionalRequestConflict" },
    undefined,
    { status: 500, code: "InternalError" },
  ];
  simulator.error = (put) => errors[put - 1];
  simulator.faults.when("push", (n) => n === 2 ? { drop: "after" } : undefined);
  assert.deepEqual(await worker.collectToRest(), []);
  assertArchived(simulator.objects);
  assert.ok(simulator.answers.includes(412), "one was sent twice");
  const { state, undelivered, health } = (await worker.ask("/status")).body;
  assert.deepEqual([state, undelivered], ["healthy", {
    deadLetters: 0,
    setAside: 0,
    gaps: 0,
    stalledBackfills: 0,
    total: 0,
  }]);
  assert.equal(health.totals.delivered, EVENTS);

  simulator.rights = new Set(["list"]);
  environment.livePerson.add([change()]);
  const { body } = await worker.ask("/collect", "POST");
  assert.equal(body.code, "destination_unauthorized");
  assert.match(body.detail, /S3 archive answered 403 \(AccessDenied\)/);
  simulator.rights = new Set(["put"]);
  assert.deepEqual(await worker.collectToRest(), []);
  assert.equal(eventsIn(simulator.objects).length, EVENTS + 1);
  const said = worker.logs.join("\n");
  assert.ok(
    !said.includes(KEY.secretAccessKey) && !said.includes(SECRETS.LIVEPERSON_CLIENT_SECRET),
  );
});

Deno.test("a backlog is archived in an R2 bucket that is bound to the Worker", async () => {
  await using environment = await openEnvironment(LEAN);
  await using worker = await startWorkerIn(environment, {
    settings: NO_XSIAM,
    buckets: { ARCHIVE: "audit-archive" },
  });
  addBacklog(environment);
  assert.deepEqual(await worker.collectToRest(), []);
  const archived = await worker.objectsIn("ARCHIVE");
  assertArchived(archived);

  // started over, the same batches find what they made before
  const { status } = await worker.ask(`/cursor?confirm=${ACCOUNT}`, "DELETE");
  assert.equal(status, 200);
  assert.deepEqual(await worker.collectToRest(), []);
  assert.deepEqual([...(await worker.objectsIn("ARCHIVE")).keys()], [...archived.keys()]);
  const { health, state, destination } = (await worker.ask("/status")).body;
  assert.deepEqual([state, destination], ["healthy", "ARCHIVE/liveperson/audit/"]);
  assert.equal(health.totals.delivered, 2 * EVENTS);
  assert.ok(health.totals.answers.s3["412"] > 0, "R2 says that they are there");

  const { body } = await worker.ask("/test-connection", "POST");
  const { step, outcome } = body.steps.at(-1);
  assert.deepEqual([step, outcome], ["destination", "ok"]);
});
