/**
 * Entry point under Deno: HTTP routes and the cron, in one process, until SIGTERM or Ctrl-C. Then it
 * accepts no more requests, lets the runs end after the current batch, and exits with 0.
 */
import { createApp } from "../http/app.ts";
import type { Collectors } from "../collector/fleet.ts";
import { followBacklogs } from "./backlog.ts";
import { HOST_VARIABLES, readHostSettings } from "./host_settings.ts";
import { stopListener } from "./signals.ts";
import { Schedule } from "./schedule.ts";
import { openDenoCollectors } from "./collectors.ts";
import { CollectorError } from "../errors.ts";
import { type Problem, toProblem } from "../problems.ts";
import { writeLog } from "../collector/log.ts";

const SCHEDULE = "*/5 * * * *";

async function main(): Promise<number> {
  const variables = Object.fromEntries(HOST_VARIABLES.map((name) => [name, Deno.env.get(name)]));
  const stopping = stopAtSignal();
  const { kvPath, port } = readHostSettings(variables);
  const opened = await openDenoCollectors({
    variables,
    kvPath,
    log: writeLog,
    stop: stopping.signal,
  });
  const broken = await brokenPipelines(opened);
  if (broken.length === opened.pipelines.length) {
    for (const problem of broken) tell(problem);
    return 1;
  }
  for (const problem of broken) {
    const { account, destination = null } = problem;
    writeLog({ level: "error", event: "account_broken", account, destination, problem });
  }
  const collectors = followBacklogs(opened, stopping.signal);

  const app = createApp<typeof variables>({
    connect: () => collectors,
    now: Date.now,
    log: writeLog,
  });
  const server = Deno.serve({
    port,
    onListen: (address) => writeLog({ level: "info", event: "listening", port: address.port }),
  }, (request) => app.fetch(request, variables));

  const schedule = new Schedule(collectors, writeLog);
  const cron = Deno.cron("collect", SCHEDULE, { signal: stopping.signal }, () => schedule.tick());

  await stopping.stopped;
  writeLog({ level: "info", event: "stopping" });
  await server.shutdown();
  await cron;
  await schedule.settled();
  await collectors.settled();
  await opened.close();
  return 0;
}

/** The first SIGTERM or Ctrl-C asks to stop. */
function stopAtSignal(): { readonly signal: AbortSignal; readonly stopped: Promise<void> } {
  const controller = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  const stop = stopListener(() => {
    controller.abort();
    resolve();
  });
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGINT", stop);
  return { signal: controller.signal, stopped };
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
    if (error instanceof Deno.errors.AddrInUse) console.error("error: the PORT is in use.");
    else if (error instanceof CollectorError) tell(toProblem(error));
    else throw error;
    Deno.exit(1);
  }
}
