/**
 * The simulators of a measurement, in a process of their own, so that what they cost is not counted as
 * the product's. Prints a line of JSON when they are up, and one for each line of JSON that it is told.
 * Ends when its input does. Loopback only.
 */
import { TextLineStream } from "./text_lines.ts";
import { generateRecords } from "../simulators/records.ts";
import { startLivePerson } from "../simulators/liveperson.ts";
import { startXsiam } from "../simulators/xsiam.ts";
import { accountId, CREDENTIALS, type StandCounts, type StandOptions } from "./stand_options.ts";

const { accounts, latencyMs, compression, wire, keepAnswers }: StandOptions = JSON.parse(
  Deno.args[0],
);
const { clientId, clientSecret, apiKey } = CREDENTIALS;
const ids = Array.from({ length: accounts }, (_, index) => accountId(index));
const livePerson = await startLivePerson({
  accounts: ids.map((id) => ({ accountId: id, clientId, clientSecret })),
  keepRequestBodies: false,
  latencyMs,
  wire,
  keepAnswers,
});
const xsiam = await startXsiam({ apiKey, keepEvents: false, latencyMs, compression });

console.log(JSON.stringify({ livePerson: livePerson.url, xsiam: xsiam.url }));
let seed = 0;
for await (const line of Deno.stdin.readable.pipeThrough(new TextLineStream())) {
  const { add } = JSON.parse(line);
  for (const id of add === undefined ? [] : ids) {
    livePerson.add(generateRecords({
      ...{ seed: ++seed, count: add.events, accountId: id, automaticShare: 0 },
      fromMs: Date.now() - add.fromAgeMs,
      toMs: Date.now() - add.toAgeMs,
    }));
  }
  const counts: StandCounts = {
    received: xsiam.count,
    asked: livePerson.requests.length,
    pushes: xsiam.requests.length,
  };
  console.log(JSON.stringify(counts));
}
await Promise.all([livePerson.close(), xsiam.close()]);
