/**
 * What the demo does, scene by scene: it uses the Worker as its users do (cron, routes, KV) and
 * checks what it finds. It prints nothing.
 */
import { number } from "../../src/format.ts";
import type { RunReport } from "../../src/collector/health/report.ts";
import { type AuditRecord, generateRecords } from "../simulators/records.ts";
import { compare, holds, type Proof } from "./proof.ts";
import { ACCOUNT, API_TOKEN, GENERATED_RECORDS, type Stage } from "./stage.ts";
import type { TableEvent } from "./event_table.ts";
import { total } from "./requests.ts";

export interface Run {
  readonly report: RunReport;
  readonly proof: Proof;
}

/** The cursor as KV has it. */
export interface StoredCursor {
  readonly key: string;
  readonly bytes: number;
  readonly revision: number;
  /** The time of the newest delivered event; ISO 8601. */
  readonly newest: string | null;
  /** Late arrivals are accepted from this time on; ISO 8601. */
  readonly watermark: string;
}

/** One scene; `problems` is empty when all is as expected. */
export type Scene =
  & { readonly problems: readonly string[] }
  & (
    | {
      readonly name: "opened";
      readonly urls: Readonly<Record<"worker" | "liveperson" | "xsiam", string>>;
      readonly generated: number;
      readonly visible: number;
    }
    | { readonly name: "first" | "idle"; readonly run: Run }
    | { readonly name: "second"; readonly added: number; readonly run: Run }
    | {
      readonly name: "events";
      readonly path: string;
      readonly count: number;
      /** The newest of them, oldest first. */
      readonly newest: readonly TableEvent[];
    }
    | { readonly name: "cursor"; readonly cursor: StoredCursor }
  );

const SHOWN_EVENTS = 8;
const EVENTS_PATH = "/get-events?start_time=2%20hours&limit=500";

export async function* play(stage: Stage): AsyncGenerator<Scene> {
  const visible = stage.visibleRecords().length;
  yield opened(stage, visible);
  const first = await fireCron(stage);
  yield { name: "first", run: first, problems: runProblems("The first run", first, visible) };
  yield await newestEvents(stage);
  yield await storedCursor(stage);

  const changes = someChanges(Date.now());
  stage.livePerson.add(changes);
  const second = await fireCron(stage);
  const added = changes.length;
  yield { name: "second", added, run: second, problems: secondProblems(second, added) };

  const idle = await fireCron(stage);
  yield { name: "idle", run: idle, problems: idleProblems(idle) };
}

/** Calls a route as a user does. @throws {Error} when the answer is not 200 */
async function get(stage: Stage, path: string): Promise<Record<string, unknown>> {
  const headers = { Authorization: `Bearer ${API_TOKEN}` };
  const response = await stage.worker.fetch(path, { headers });
  const body = await response.text();
  if (response.status === 200) return JSON.parse(body);
  throw new Error(`GET ${path} was answered with ${response.status}: ${body}`);
}

/** Fires the cron, and reads the outcome from `/status`. */
export async function fireCron(stage: Stage): Promise<Run> {
  const answer = await stage.worker.fireCron();
  const { health } = await get(stage, "/status") as { health: { lastRun: RunReport | null } };
  if (health.lastRun === null) throw new Error(`No run followed the cron, which said: ${answer}`);
  const { xsiam } = stage;
  return {
    report: health.lastRun,
    proof: compare(stage.visibleRecords(), xsiam.events, xsiam.deliveries()),
  };
}

function opened({ worker, livePerson, xsiam }: Stage, visible: number): Scene {
  const urls = { worker: worker.url, liveperson: livePerson.url, xsiam: xsiam.url };
  return { name: "opened", urls, generated: GENERATED_RECORDS, visible, problems: [] };
}

async function newestEvents(stage: Stage): Promise<Scene> {
  const { LivePerson } = await get(stage, EVENTS_PATH) as { LivePerson: { Event: TableEvent[] } };
  const events = LivePerson.Event;
  const deliveries = stage.xsiam.deliveries();
  const strangers = events.filter((event) => !deliveries.has(String(event.event_id))).length;
  return {
    name: "events",
    path: EVENTS_PATH,
    count: events.length,
    newest: events.slice(-SHOWN_EVENTS),
    problems: [
      ...differs("GET /get-events: events that XSIAM has not", 0, strangers),
      ...differs(
        "GET /get-events: time of the newest event",
        new Date(stage.visibleRecords().at(-1)!.changeTimestampMs).toISOString(),
        events.at(-1)?.changeDate,
      ),
    ],
  };
}

async function storedCursor({ worker: { kv } }: Stage): Promise<Scene> {
  const { keys } = await kv.list();
  const key = keys.find(({ name }) => name.startsWith("cursor/"))?.name;
  const text = key === undefined ? null : await kv.get(key);
  if (key === undefined || text === null) throw new Error("There is no cursor in KV.");
  const { revision, newest, watermark } = JSON.parse(text);
  const bytes = new TextEncoder().encode(text).length;
  return { name: "cursor", cursor: { key, bytes, revision, newest, watermark }, problems: [] };
}

/** Five new changes: two ordinary ones, two identical ones, and one that comes late. */
function someChanges(nowMs: number): AuditRecord[] {
  const options = { count: 4, toMs: nowMs, accountId: ACCOUNT.accountId, automaticShare: 0 };
  const [one, two, three, four] = generateRecords({ ...options, seed: 2, fromMs: nowMs - 1000 });
  const late = { ...four, changeTimestampMs: four.changeTimestampMs - 10 * 60_000 };
  return [one, two, three, { ...three }, late];
}

function runProblems(title: string, { report, proof }: Run, delivered: number): string[] {
  const { problem } = report;
  return [
    ...(problem ? [`${title} failed: ${problem.code}: ${problem.detail}`] : []),
    ...differs(`${title}: events delivered`, delivered, report.delivered),
    ...(holds(proof) ? [] : [`${title}: not each event came exactly once.`]),
  ];
}

function secondProblems(run: Run, added: number): string[] {
  return [
    ...runProblems("The second run", run, added),
    ...differs("The second run: late arrivals", 1, run.report.lateArrivals),
    ...differs("The second run: identical changes", 1, run.report.twins),
  ];
}

function idleProblems(run: Run): string[] {
  return [
    ...runProblems("The idle run", run, 0),
    ...differs("The idle run: requests", 1, total(run.report.requests)),
  ];
}

function differs(what: string, expected: unknown, found: unknown): string[] {
  const show = (value: unknown) => typeof value === "number" ? number(value) : String(value);
  return expected === found ? [] : [`${what}: expected ${show(expected)}, found ${show(found)}.`];
}
