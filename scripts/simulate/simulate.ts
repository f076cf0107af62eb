/**
 * `deno task simulate`: the two simulators alone, on fixed ports, for people who build against them.
 * It goes on until Ctrl-C. Loopback only.
 */
import { Option } from "commander";
import { type LivePersonSimulator, startLivePerson } from "../simulators/liveperson.ts";
import { generateRecords } from "../simulators/records.ts";
import { startXsiam, type XsiamSimulator } from "../simulators/xsiam.ts";
import { stdoutColours } from "../cli/colours.ts";
import {
  DONE,
  FAILED,
  readOptions,
  scriptCommand,
  textLike,
  wholeNumber,
} from "../cli/command_line.ts";
import { devVars, PLAIN_TEXT } from "./dev_vars.ts";
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
  "The simulated LivePerson and Cortex XSIAM alone, for building against them.",
)
  .option("--liveperson-port <port>", "port of LivePerson; 0 takes any free one", port, 8701)
  .option("--xsiam-port <port>", "port of XSIAM; 0 takes any free one", port, 8702)
  .addOption(
    new Option("--wire <format>", "how the audit trail answers")
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
    new Option("--compression <kind>", "what XSIAM is set up for")
      .choices(["gzip", "none"]).default("gzip"),
  )
  .option("--json", "log as JSON lines")
  .addHelpText("after", "\nExit code: 0 stopped by Ctrl-C, 1 a port is taken, 2 bad usage.");

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  await using started = new AsyncDisposableStack();
  let liveperson: LivePersonSimulator;
  let xsiam: XsiamSimulator;
  try {
    liveperson = started.use(await openLivePerson(options));
    xsiam = started.use(await openXsiam(options));
  } catch (error) {
    if (!(error instanceof PortTaken)) throw error;
    console.error(`error: ${error.message}`);
    return FAILED;
  }
  await simulate(options, liveperson, xsiam, stop);
  return DONE;
}

async function simulate(
  options: Options,
  liveperson: LivePersonSimulator,
  xsiam: XsiamSimulator,
  stop: StopSignal,
): Promise<void> {
  const log = options.json ? jsonLog : humanLog(stdoutColours());
  const time = () => new Date().toISOString();
  const change = newChanges(options.account, options.seed);
  const changes = options.rate === 0 ? undefined : setInterval(
    () => liveperson.add([change(Date.now())]),
    MINUTE_MS / options.rate,
  );
  let requests = 0;
  const following = followRequests(liveperson, xsiam, (request) => {
    requests++;
    console.log(log.request(request, time()));
  });
  const { wire, records, days, rate } = options;
  const urls = { liveperson: liveperson.url, xsiam: xsiam.url };
  const variables = devVars({ ...options, liveperson, xsiam });
  console.log(log.started({ urls, wire, records, days, rate, devVars: variables }));
  await stop.wait;
  clearInterval(changes);
  following[Symbol.dispose]();
  console.log(log.stopped(requests, time()));
}

async function openLivePerson(options: Options): Promise<LivePersonSimulator> {
  const { account: accountId, clientId, clientSecret, wire, seed, records: count } = options;
  const liveperson = await unlessTaken(
    options.livepersonPort,
    "--liveperson-port",
    (port) =>
      startLivePerson({
        port,
        wire,
        accounts: [{ accountId, clientId, clientSecret }],
        keepRequestBodies: false,
      }),
  );
  const toMs = Date.now();
  const fromMs = toMs - options.days * DAY_MS;
  liveperson.add(generateRecords({ seed, count, fromMs, toMs, accountId }));
  return liveperson;
}

function openXsiam({ xsiamPort, apiKey, compression }: Options): Promise<XsiamSimulator> {
  return unlessTaken(
    xsiamPort,
    "--xsiam-port",
    (port) => startXsiam({ port, apiKey, compression, keepEvents: false }),
  );
}

class PortTaken extends Error {}

/** @throws {PortTaken} when somebody else listens at the port */
async function unlessTaken<T>(
  port: number,
  option: string,
  start: (port: number) => Promise<T>,
): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EACCES" ? "may not be used" : "is taken";
    throw new PortTaken(`port ${port} ${why}; choose another one with ${option}`);
  }
}

if (import.meta.main) Deno.exit(await main(readOptions<Options>(command, Deno.args)));
