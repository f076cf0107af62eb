/** What `simulate` prints: for people, or one JSON object a line for machines. Pure. */
import { count, number, timeOfDay } from "../../src/format.ts";
import type { Colours } from "../cli/colours.ts";
import { devVarsFile } from "./dev_vars.ts";
import type { SeenRequest } from "./request_log.ts";

interface Started {
  readonly urls: Readonly<Record<"liveperson" | "xsiam", string>>;
  readonly wire: string;
  readonly records: number;
  readonly days: number;
  readonly rate: number;
  readonly devVars: Readonly<Record<string, string>>;
}

interface SimulateLog {
  started(what: Started): string;
  request(what: SeenRequest, time: string): string;
  stopped(requests: number, time: string): string;
}

export const jsonLog: SimulateLog = {
  started: (what) => JSON.stringify({ event: "started", ...what }),
  request: (what, time) => JSON.stringify({ event: "request", time, ...what }),
  stopped: (requests, time) => JSON.stringify({ event: "stopped", time, requests }),
};

export function humanLog(colours: Colours): SimulateLog {
  return {
    started: ({ urls, wire, records, days, rate, devVars }) =>
      [
        colours.bold("Simulated, until Ctrl-C"),
        `  LivePerson    ${colours.cyan(urls.liveperson)}  ${wire}, ` +
        `${count(records, "change")} in ${count(days, "day")}, ` +
        `${number(rate)} more a minute`,
        `  Cortex XSIAM  ${colours.cyan(urls.xsiam)}  HTTP log collector`,
        "",
        colours.bold("For .dev.vars, so that deno task dev talks to them"),
        devVarsFile(devVars),
        "",
        colours.bold("Requests"),
      ].join("\n"),
    request: ({ simulator, method, path, status, records }, time) => {
      const shown = status === 0 ? "no answer" : String(status);
      const colour = status >= 200 && status < 300 ? colours.green : colours.red;
      const amount = records === null ? "" : `  ${count(records, "record")}`;
      return `  ${timeOfDay(time)} ${simulator.padEnd(10)}  ${method} ${path}  ` +
        `${colour(shown)}${amount}`;
    },
    stopped: (requests) => `\nStopped after ${count(requests, "request")}.`,
  };
}
