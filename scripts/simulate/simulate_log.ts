/** What `simulate` prints: for people, or one JSON object a line for machines. Pure. */
import { count, number, timeOfDay } from "../../src/format.ts";
import type { Colours } from "../cli/colours.ts";
import { devVarsFile } from "./dev_vars.ts";
import type { SeenRequest } from "../simulators/loopback_server.ts";

/** The longest name, `Microsoft Sentinel`, has 18, and the longest id, `elasticsearch`, 13. */
const NAME_WIDTH = 18;
const ID_WIDTH = 13;

export interface Started {
  /** By the id of the destination, and of `liveperson`. */
  readonly urls: Readonly<Record<string, string>>;
  readonly wire: string;
  readonly records: number;
  readonly days: number;
  readonly rate: number;
  readonly devVars: Readonly<Record<string, string>>;
}

/** What is shown of a destination besides its URL. */
type Described = Readonly<Record<"name" | "what" | "url", string>>;

interface SimulateLog {
  started(what: Started, destinations: readonly Described[]): string;
  /** `simulator`: an id, as in `urls`. */
  request(simulator: string, what: SeenRequest, time: string): string;
  stopped(requests: number, time: string): string;
}

export const jsonLog: SimulateLog = {
  started: (what) => JSON.stringify({ event: "started", ...what }),
  request: (simulator, what, time) =>
    JSON.stringify({ event: "request", time, simulator, ...what }),
  stopped: (requests, time) => JSON.stringify({ event: "stopped", time, requests }),
};

export function humanLog(colours: Colours): SimulateLog {
  return {
    started: ({ urls, wire, records, days, rate, devVars }, destinations) =>
      [
        colours.bold("Simulating until Ctrl-C"),
        `  ${"LivePerson".padEnd(NAME_WIDTH)}  ${colours.cyan(urls.liveperson)}  ${wire}, ` +
        `${count(records, "change")} in ${count(days, "day")}, ` +
        `${number(rate)} more a minute`,
        ...destinations.map(({ name, what, url }) =>
          `  ${name.padEnd(NAME_WIDTH)}  ${colours.cyan(url)}  ${what}`
        ),
        "",
        colours.bold("For .dev.vars, so that deno task dev talks to them"),
        devVarsFile(devVars),
        "",
        colours.bold("Requests"),
      ].join("\n"),
    request: (simulator, { method, path, status, records }, time) => {
      const shown = status === 0 ? "no answer" : String(status);
      const colour = status >= 200 && status < 300 ? colours.green : colours.red;
      const amount = records === null ? "" : `  ${count(records, "record")}`;
      return `  ${timeOfDay(time)} ${simulator.padEnd(ID_WIDTH)}  ${method} ${path}  ` +
        `${colour(shown)}${amount}`;
    },
    stopped: (requests) => `\nStopped after ${count(requests, "request")}.`,
  };
}
