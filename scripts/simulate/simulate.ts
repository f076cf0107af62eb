/**
 * `deno task simulate`: simulators of LivePerson and the chosen destinations, on fixed ports, to develop
 * against. It runs until Ctrl-C. Loopback only.
 */
import { kindOf } from "../../src/destinations/catalog.ts";
import { count } from "../../src/format.ts";
import { Option } from "commander";
import { type ChosenEnvironment, startChosen } from "../simulators/chosen_environment.ts";
import type { StartOptions } from "../simulators/destinations/destination.ts";
import { DESTINATION_IDS, type DestinationId } from "../simulators/destinations/index.ts";
import { destinationOption } from "../simulators/destinations/option.ts";
import type { Watch } from "../simulators/loopback_server.ts";
import { generateRecords } from "../simulators/records.ts";
import { stdoutColours } from "../cli/colours.ts";
import { DONE, readOptions, scriptCommand, textLike, wholeNumber } from "../cli/command_line.ts";
import { PLAIN_TEXT } from "./dev_vars.ts";
import { newChanges } from "../simulators/new_changes.ts";
import { humanLog, jsonLog, type Started } from "./simulate_log.ts";
import { runToEnd, scriptProblem } from "../cli/failure.ts";
import { printLine } from "../cli/print_line.ts";
import { listenForStop } from "../cli/stop_signal.ts";

/** The port of each destination, such as `xsiamPort`. */
type Ports = Readonly<Record<`${DestinationId}Port`, number>>;

interface Options extends Ports {
  readonly livepersonPort: number;
  readonly destination: readonly DestinationId[];
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
  "Runs simulators of LivePerson and the destinations, to develop against.",
  ["", "--wire rest --records 100000 --days 30", "--destination hec,s3 --liveperson-port 0 --json"],
)
  .addOption(destinationOption())
  .option("--liveperson-port <port>", "port of LivePerson; 0 takes any free one", port, 8701)
  .addOption(
    new Option("--wire <format>", "the wire format of the audit trail")
      .choices(["graphql", "rest"]).default("graphql"),
  )
  .option("--records <count>", "changes to start with", wholeNumber(0, 1_000_000), 1000)
  .option("--seed <number>", "the same seed makes the same changes", wholeNumber(0, 999_999_999), 1)
  .option("--days <count>", "days over which the changes are spread", wholeNumber(1, 3650), 3)
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

for (const [index, id] of DESTINATION_IDS.entries()) {
  command.option(`--${id}-port <port>`, `port of ${kindOf(id)!.label}`, port, 8702 + index);
}

type WatchOf = (simulator: string) => Watch;

async function main(options: Options): Promise<number> {
  using stop = listenForStop();
  const log = options.json ? jsonLog : humanLog(stdoutColours());
  const print = (line: string) => printLine(line, stop.ask);
  const time = () => new Date().toISOString();
  let requests = 0;
  const watchOf: WatchOf = (simulator) => (request) => {
    requests++;
    print(log.request(simulator, request, time()));
  };
  let environment: ChosenEnvironment;
  try {
    environment = await openEnvironment(options, watchOf);
  } catch (error) {
    throw portProblem(error, options) ?? error;
  }
  await using _ = environment;
  const { livePerson, destinations } = environment;
  print(log.started(startedWith(options, environment), [...destinations.values()]));
  const change = newChanges(options.account, options.seed);
  const changes = options.rate === 0 ? undefined : setInterval(
    () => livePerson.add([change(Date.now())]),
    MINUTE_MS / options.rate,
  );
  await stop.wait;
  clearInterval(changes);
  print(log.stopped(requests, time()));
  return DONE;
}

function startedWith(
  { wire, records, days, rate }: Options,
  { livePerson, destinations, settings }: ChosenEnvironment,
): Started {
  const urls = [...destinations].map(([id, { url }]) => [id, url] as const);
  return {
    urls: { liveperson: livePerson.url, ...Object.fromEntries(urls) },
    ...{ wire, records, days, rate },
    devVars: { ...settings, FIRST_FETCH: count(days, "day") },
  };
}

async function openEnvironment(options: Options, watchOf: WatchOf): Promise<ChosenEnvironment> {
  const { account: accountId, clientId, clientSecret, wire, seed, records } = options;
  const environment = await startChosen({
    account: { accountId, clientId, clientSecret },
    apiToken: "local-token-that-opens-nothing-but-simulators",
    livePerson: {
      ...{ port: options.livepersonPort, wire, keepRequestBodies: false },
      watch: watchOf("liveperson"),
    },
    destinations: new Map(
      options.destination.map((id) => [id, startOptions(id, options, watchOf)]),
    ),
  });
  const toMs = Date.now();
  const fromMs = toMs - options.days * DAY_MS;
  environment.livePerson.add(generateRecords({ seed, count: records, fromMs, toMs, accountId }));
  return environment;
}

function startOptions(id: DestinationId, options: Options, watchOf: WatchOf): StartOptions {
  const { apiKey: secret, compression } = options;
  const own = id === "xsiam" ? { secret, compression } : {};
  return { port: options[`${id}Port`], keepEvents: false, watch: watchOf(id), ...own };
}

/** Why a port can't be used; undefined if something else went wrong. */
function portProblem(error: unknown, options: Options): Error | undefined {
  const { code, port } = error as { code?: string; port?: number };
  if (code !== "EADDRINUSE" && code !== "EACCES") return undefined;
  const why = code === "EACCES" ? "may not be used" : "is taken";
  const ids = [...options.destination, "liveperson"] as const;
  const id = ids.find((one) => options[`${one}Port`] === port) ?? "liveperson";
  const action = `Choose another port with --${id}-port.`;
  return scriptProblem("port_unusable", `Port ${port} ${why}.`, { action });
}

if (import.meta.main) {
  const options = readOptions<Options>(command, Deno.args);
  await runToEnd(options.json ?? false, () => main(options));
}
