/**
 * Entry point under Deno: HTTP routes and the cron, in one process, until SIGTERM or Ctrl-C. Then it
 * accepts no more requests, lets the runs end after the current batch if that takes no more than a few
 * seconds, and exits with 0.
 */
import { createApp } from "../http/app.ts";
import type { DoorEnv } from "../http/auth/door.ts";
import type { Collectors } from "../collector/fleet.ts";
import { addressOf } from "./address.ts";
import { followBacklogs } from "./backlog.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { readHostSettings } from "./host_settings.ts";
import { HttpServer } from "./http_server.ts";
import { listen } from "./listen.ts";
import { missing } from "./missing.ts";
import { exposedSettings } from "./private_files.ts";
import { stopListener } from "./signals.ts";
import { Schedule } from "./schedule.ts";
import { endsInTime, watchEnded } from "./stopping.ts";
import { readHostVariables, SETTINGS_FILE } from "./variables.ts";
import { openDenoCollectors } from "./collectors.ts";
import { CollectorError } from "../errors.ts";
import { type Problem, toProblem } from "../problems.ts";
import { writeLog } from "../collector/log.ts";

const SCHEDULE = "*/5 * * * *";

async function main(): Promise<number> {
  const { variables, problems } = readHostVariables();
  for (const { line, problem } of problems) {
    writeLog({
      level: "warn",
      event: "settings_line",
      line,
      message: `${SETTINGS_FILE}: ${problem}.`,
    });
  }
  const exposed = exposedSettings(SETTINGS_FILE);
  if (exposed !== null) writeLog(exposed);
  const { kvPath, host, port, isProxyTrusted } = readHostSettings(variables);
  const stop = stopWhenAsked();
  const opened = await openDenoCollectors({ variables, kvPath, log: writeLog, stop });
  const broken = await brokenPipelines(opened);
  if (broken.length === opened.pipelines.length) {
    for (const problem of broken) tell(problem);
    return 1;
  }
  for (const problem of broken) {
    const { account, destination = null } = problem;
    writeLog({ level: "error", event: "account_broken", account, destination, problem });
  }
  for (const line of missing(variables)) writeLog(line);
  const collectors = followBacklogs(opened, stop);

  const app = createApp<DoorEnv["Bindings"] & { peer: string }>({
    connect: () => collectors,
    operators: () => opened.operators,
    fetch: opened.fetch,
    addressOf: (request, { peer }) => addressOf(request, peer, isProxyTrusted),
    now: Date.now,
    log: writeLog,
  });
  const listener = listen({ host, port });
  const server = new HttpServer({
    listener,
    answer: (request, peer) => app.fetch(request, { ...variables, peer }),
    clock: SYSTEM_CLOCK,
    log: writeLog,
  });
  const { hostname, port: openPort } = listener.addr;
  writeLog({ level: "info", event: "listening", host: hostname, port: openPort });

  const schedule = new Schedule(collectors, writeLog);
  const cron = Deno.cron("collect", SCHEDULE, { signal: stop }, () => schedule.tick());

  await new Promise((resolve) => stop.addEventListener("abort", resolve));
  writeLog({ level: "info", event: "stopping" });
  const ended = async () => {
    await server.shutdown();
    await cron;
    await schedule.settled();
    await collectors.settled();
    await opened.close();
  };
  if (!await endsInTime(ended())) writeLog({ level: "warn", event: "stopped_late" });
  return 0;
}

/**
 * Aborted by the first SIGTERM or Ctrl-C; with `--watched`, also when the process that writes to standard
 * input has ended.
 */
function stopWhenAsked(): AbortSignal {
  const controller = new AbortController();
  const stop = stopListener(() => controller.abort());
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.args.includes("--watched")) {
    watchEnded(Deno.stdin.readable).then(() => controller.abort());
  }
  return controller.signal;
}

/** What is wrong with the settings of pipelines. */
async function brokenPipelines(collectors: Collectors): Promise<Problem[]> {
  const outcomes = await collectors.ask(collectors.pipelines, "verdict");
  return outcomes.flatMap((outcome) => outcome.ok ? [] : [outcome.problem]);
}

function tell({ title, detail, action }: Problem): void {
  console.error(`error: ${title}. ${detail}${action === undefined ? "" : ` ${action}`}`);
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (error) {
    if (!(error instanceof CollectorError)) throw error;
    tell(toProblem(error));
    Deno.exit(1);
  }
}
