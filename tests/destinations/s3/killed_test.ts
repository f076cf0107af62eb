/**
 * A collection to the archive is killed anywhere. Nothing is lost. Nothing comes twice either, unless the
 * batch in flight is cut elsewhere the next time, because new events have arrived.
 */
import assert from "node:assert/strict";
import { eventsIn, type S3Simulator, startS3 } from "../../../scripts/simulators/s3.ts";
import { changeAt, HOUR_MS, MINUTE_MS, openEnvironment } from "../../environment.ts";
import { type Death, killEverywhere, live } from "../killed.ts";

const NOW = Date.parse("2026-03-10T01:00:00Z");
const KEY = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", region: "us-east-1" };
const EVENTS = 8;
/** Five of them fill a batch. */
const LONG_VALUE = "x".repeat(900_000);

const settingsFor = ({ url }: S3Simulator) => ({
  ...{ XSIAM_URL: "", XSIAM_API_KEY: "" },
  S3_URL: url,
  S3_ACCESS_KEY_ID: KEY.accessKeyId,
  S3_SECRET_ACCESS_KEY: KEY.secretAccessKey,
});

/** How often each event lies in an object. */
function timesOf({ objects }: S3Simulator): number[] {
  const events = eventsIn(objects).map(({ event_id: id }) => id);
  return [...Map.groupBy(events, (id) => id).values()].map(({ length }) => length);
}

Deno.test("killed at any I/O operation, a collection to the archive loses nothing and repeats nothing", async () => {
  let again = 0;
  const operations = await killEverywhere(async (death?: Death) => {
    await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
    await using simulator = await startS3({ key: KEY, now: () => NOW });
    environment.livePerson.add(
      Array.from({ length: EVENTS }, (_, i) =>
        changeAt(NOW - 2 * HOUR_MS + i * 10 * MINUTE_MS, {
          oldValue: LONG_VALUE,
          newValue: `value ${i}`,
        })),
    );
    const errors = [{ status: 503, code: "SlowDown" }, undefined, {
      status: 409,
      code: "ConditionalRequestConflict",
    }];
    simulator.error = (put) => errors[put - 1];
    const life = await live(environment, settingsFor(simulator), NOW, death);
    assert.deepEqual(timesOf(simulator), Array(EVENTS).fill(1));
    assert.equal(simulator.objects.size, 3, "two of one day, and one of the next");
    again += simulator.answers.filter((status) => status === 412).length;
    return life;
  });
  assert.ok(operations > 25, `${operations} operations`);
  assert.ok(again > 0, "some were sent twice");
});

Deno.test("a batch that is cut elsewhere after a death comes twice, with the same ids, and no other does", async () => {
  let most = 0;
  await killEverywhere(async (death?: Death) => {
    await using environment = await openEnvironment({ livePerson: { now: () => NOW } });
    await using simulator = await startS3({ key: KEY, now: () => NOW });
    const { livePerson } = environment;
    const minutesAgo = (minutes: number) => changeAt(NOW - minutes * MINUTE_MS);
    livePerson.add([minutesAgo(20), minutesAgo(10)]);
    const whileDead = () => livePerson.add([minutesAgo(1)]);
    const life = await live(environment, settingsFor(simulator), NOW, death, whileDead);
    const times = timesOf(simulator);
    assert.equal(times.length, 3, "nothing is lost");
    most = Math.max(most, ...times);
    return life;
  });
  assert.equal(most, 2);
});
