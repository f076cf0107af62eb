/**
 * `deno task simulate`: the two simulators alone, on fixed ports, to build against. It runs until Ctrl-C.
 * Loopback only.
 */
import { count } from "../../src/format.ts";
import { Option } from "commander";
import { type Environment, startEnvironment } from "../simulators/environment.ts";
import { generateRecords } from "../simulators/records.ts";
import { stdoutColours } from "../cli/colours.ts";
import {
  DONE,
  FAILED,
  readOptions,
  scriptCommand,
  textLike,
  wholeNumber,
} from "../cli/command_line.ts";
import { PLAIN_TEXT } from "./dev_vars.ts";
import { newChanges } from "../simulators/new_changes.ts";
import { followRequests } from "./request_log.ts";
import { humanLog, jsonLog } from "./simulate_log.ts";
import { listenForStop, type StopSignal } from "../cli/stop_signal.ts";

interface Options {
  readonly livepersonPort: number;
  readonly xsiamPort: number;
  readonly wire: "graphql" | "rest";
  readonly records: number;
  readonly seed: number;
  readonly days: number;
  readonly rate: number;
  readonly account: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  readonly compression: "gzip" | "none";
  readonly json?: true;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const port = wholeNumber(0, 65_535);
const plain = textLike(PLAIN_TEXT, "letters, digits and . _ ~ + / = : @ - only");
const account = textLike(/^\w{1,20}$/, "1 to 20 letters, digits or underscores");

const command = scriptCommand(
  "simulate",
  "Runs the simulated LivePerson and Cortex XSIAM alone, to build against.",
)
  .option("--liveperson-port <port>", "port of LivePerson; 0 takes any free one", port, 8701)
  .option("--xsiam-port <port>", "port of XSIAM; 0 takes any free one", port, 8702)
  .addOption(
    new Option("--wire <format>", "the wire format of the audit trail")
      .choices(["graphql", "rest"]).default("graphql"),
  )
  .option("--records <count>", "changes to begin with", wholeNumber(0, 1_000_000), 1000)
  .option("--seed <number>", "the same seed makes the same changes", wholeNumber(0, 999_999_999), 1)
  .option("--days <count>", "days that the changes are spread over", wholeNumber(1, 3650), 3)
  .option("--rate <count>", "new changes a minute", wholeNumber(0, 6000), 12)
  .option("--account <id>", "account id", account, "12345678")
  .option("--client-id <id>", "client id", plain, "simulated-app")
  .option("--client-secret <secret>", "client secret", plain, "simulated-secret")
  .option("--api-key <key>", "API key of XSIAM", plain, "simulated-key")
  .addOption(
    new Option("--compression <kind>", "the compression that XSIAM expects")
      .choices(["gzip", "none"]).default("gzip"),
  )
  .option("--json", "log as JSON lines")
  .addHelpText("after", "\nExit code: 0 stopped by Ctrl-C, 1 a port is taken, 2 bad usage.");

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  let environment: Environment;
  try {
    environment = await openEnvironment(options);
  } catch (error) {
    const why = portProblem(error, options);
    if (why === undefined) throw error;
    console.error(`error: ${why}`);
    return FAILED;
  }
  await using _ = environment;
  await simulate(options, environment, stop);
  return DONE;
}

async function simulate(
  options: Options,
  environment: Environment,
  stop: StopSignal,
): Promise<void> {
  const { livePerson, xsiam, settings } = environment;
  const log = options.json ? jsonLog : humanLog(stdoutColours());
  const time = () => new Date().toISOString();
  const change = newChanges(options.account, options.seed);
  const changes = options.rate === 0 ? undefined : setInterval(
    () => livePerson.add([change(Date.now())]),
    MINUTE_MS / options.rate,
  );
  let requests = 0;
  const following = followRequests(environment, (request) => {
    requests++;
    console.log(log.request(request, time()));
  });
  const { wire, records, days, rate, compression } = options;
  const urls = { liveperson: livePerson.url, xsiam: xsiam.url };
  const devVars = {
    ...settings,
    XSIAM_COMPRESSION: compression,
    FIRST_FETCH: count(days, "day"),
  };
  console.log(log.started({ urls, wire, records, days, rate, devVars }));
  await stop.wait;
  clearInterval(changes);
  following[Symbol.dispose]();
  console.log(log.stopped(requests, time()));
}

async function openEnvironment(options: Options): Promise<Environment> {
  const { account: accountId, clientId, clientSecret, wire, seed, records } = options;
  const { apiKey, compression } = options;
  const environment = await startEnvironment({
    accounts: [{ accountId, clientId, clientSecret }],
    apiToken: "local-token",
    livePerson: { port: options.livepersonPort, wire, keepRequestBodies: false },
    xsiam: { port: options.xsiamPort, apiKey, compression, keepEvents: false },
  });
  const toMs = Date.now();
  const fromMs = toMs - options.days * DAY_MS;
  environment.livePerson.add(generateRecords({ seed, count: records, fromMs, toMs, accountId }));
  return environment;
}

/** Why a port can't be used; undefined if something else went wrong. */
function portProblem(error: unknown, { livepersonPort }: Options): string | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== "EADDRINUSE" && code !== "EACCES") return undefined;
  const why = code === "EACCES" ? "may not be used" : "is taken";
  const option = port === livepersonPort ? "--liveperson-port" : "--xsiam-port";
  return `port ${port} ${why}; choose another one with ${option}`;
}

if (import.meta.main) Deno.exit(await main(readOptions<Options>(command, Deno.args)));
