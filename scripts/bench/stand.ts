/**
 * The simulated environment of a measurement, in a separate process, so that its cost is not counted as
 * the product's. Prints a line of JSON when it is up, and one for each line of JSON that it reads. Ends
 * when its input does. Loopback only.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { startEnvironment } from "../simulators/environment.ts";
import { generateRecords } from "../simulators/records.ts";
import { openBeside } from "./stand_beside.ts";
import type {
  Addition,
  Received,
  StandCounts,
  StandOptions,
  StandStarted,
} from "./stand_options.ts";

const options: StandOptions = JSON.parse(Deno.args[0]);
const { accounts: count, latencyMs, wire, keepAnswers } = options;
const accounts = Array.from({ length: count }, (_, index) => ({
  accountId: `site${index}`,
  clientId: "client",
  clientSecret: "client-secret",
}));
await using environment = await startEnvironment({
  accounts,
  apiToken: "bench-token-that-opens-nothing-but-the-bench",
  livePerson: { keepRequestBodies: false, latencyMs, wire, keepAnswers },
  xsiam: { apiKey: "xsiam-key", keepEvents: false, latencyMs },
});
const { livePerson, xsiam, settings } = environment;
await using beside = await openBeside(options.beside, latencyMs);

tell<StandStarted>({ settings: { ...settings, ...beside.settings, FIRST_FETCH: "60 days" } });
let seed = 0;
for await (const line of createInterface(process.stdin)) {
  const { add }: { add?: Addition } = JSON.parse(line);
  if (add !== undefined) { for (const { accountId } of accounts) addEvents(accountId, add); }
  tell(counts());
}

function counts(): StandCounts {
  const events = xsiam.count;
  const toXsiam = { events, distinct: xsiam.ids.size, requests: xsiam.requests.length };
  const destinations: Record<string, Received> = { xsiam: toXsiam, ...beside.received() };
  const all = Object.values(destinations);
  return {
    received: Math.min(...all.map((received) => received.events)),
    asked: livePerson.requests.length,
    pushes: all.reduce((sum, { requests }) => sum + requests, 0),
    destinations,
  };
}

function tell<T>(what: T): void {
  console.log(JSON.stringify(what));
}

function addEvents(accountId: string, addition: Addition): void {
  const { events, fromAgeMs, toAgeMs, valueBytes } = addition;
  const records = generateRecords({
    ...{ seed: ++seed, count: events, accountId, automaticShare: 0 },
    fromMs: Date.now() - fromAgeMs,
    toMs: Date.now() - toAgeMs,
  });
  if (valueBytes === undefined) return livePerson.add(records);
  const newValue = "x".repeat(valueBytes);
  livePerson.add(records.map((record) => ({ ...record, newValue })));
}
