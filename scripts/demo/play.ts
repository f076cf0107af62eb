/**
 * What the demo does, scene by scene: it uses the Worker as its users do (cron, routes, KV) and
 * checks what it finds. It prints nothing.
 */
import { number } from "../../src/format.ts";
import type { RunReport } from "../../src/collector/health/report.ts";
import { kindOf } from "../../src/destinations/catalog.ts";
import { type AuditRecord, generateRecords } from "../simulators/records.ts";
import type { SimulatedDestination } from "../simulators/destinations/destination.ts";
import { compare, holds, type Proof } from "./proof.ts";
import { ACCOUNT, API_TOKEN, GENERATED_RECORDS, type Stage } from "./stage.ts";
import type { TableEvent } from "./event_table.ts";
import { total } from "./requests.ts";

/** A run to one destination. */
export interface Run {
  readonly destination: string;
  /** What people call the destination. */
  readonly label: string;
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
      readonly urls: Readonly<Record<string, string>>;
      readonly destinations: readonly Pick<SimulatedDestination, "name" | "what" | "url">[];
      readonly generated: number;
      readonly visible: number;
    }
    | { readonly name: "first" | "idle"; readonly runs: readonly Run[] }
    | { readonly name: "second"; readonly added: number; readonly runs: readonly Run[] }
    | {
      readonly name: "misbehaving";
      readonly added: number;
      /** What each destination does. */
      readonly misbehaviour: readonly { readonly label: string; readonly does: string }[];
      readonly runs: readonly Run[];
    }
    | {
      readonly name: "events";
      readonly path: string;
      readonly count: number;
      /** The newest of them, oldest first. */
      readonly newest: readonly TableEvent[];
    }
    | {
      readonly name: "cursor";
      readonly cursor: StoredCursor;
      /** The destination whose cursor it is, if there are others. */
      readonly label: string | null;
    }
  );

const SHOWN_EVENTS = 8;
const EVENTS_PATH = "/get-events?start_time=2%20hours&limit=500";

export async function* play(stage: Stage): AsyncGenerator<Scene> {
  const visible = stage.visibleRecords().length;
  yield opened(stage, visible);
  const first = await fireCron(stage);
  yield { name: "first", runs: first, problems: runProblems("The first run", first, visible) };
  yield await newestEvents(stage);
  yield await storedCursor(stage);

  const changes = someChanges(Date.now());
  stage.livePerson.add(changes);
  const second = await fireCron(stage);
  const added = changes.length;
  yield { name: "second", added, runs: second, problems: secondProblems(second, added) };
  yield await misbehaving(stage);

  const idle = await fireCron(stage);
  yield { name: "idle", runs: idle, problems: idleProblems(idle) };
}

async function misbehaving(stage: Stage): Promise<Scene> {
  const changes = moreChanges(Date.now());
  stage.livePerson.add(changes);
  const misbehaviour = [...stage.destinations].map(([id, destination]) => ({
    label: kindOf(id)!.label,
    does: destination.misbehave(),
  }));
  const runs = await fireCron(stage);
  const added = changes.length;
  return { name: "misbehaving", added, misbehaviour, runs, problems: troubleProblems(runs, added) };
}

/** Calls a route as a user does. @throws {Error} when the answer is not 200 */
async function get(stage: Stage, path: string): Promise<Record<string, unknown>> {
  const headers = { Authorization: `Bearer ${API_TOKEN}` };
  const response = await stage.worker.fetch(path, { headers });
  const body = await response.text();
  if (response.status === 200) return JSON.parse(body);
  throw new Error(`GET ${path} answered ${response.status}: ${body}`);
}

/** Fires the cron, and reads the outcome for each destination from `/status`. */
export async function fireCron(stage: Stage): Promise<Run[]> {
  const answer = await stage.worker.fireCron();
  const runs: Run[] = [];
  for (const [id, destination] of stage.destinations) {
    const status = await get(stage, `/status?destination=${id}`);
    const { lastRun } = (status as { health: { lastRun: RunReport | null } }).health;
    if (lastRun === null) throw new Error(`No run followed the cron, which said: ${answer}`);
    const proof = compare(stage.visibleRecords(), destination.events(), destination.ids());
    runs.push({ destination: id, label: kindOf(id)!.label, report: lastRun, proof });
  }
  return runs;
}

function opened({ worker, livePerson, destinations }: Stage, visible: number): Scene {
  const all = [...destinations.values()].map(({ name, what, url }) => ({ name, what, url }));
  const urls = { worker: worker.url, liveperson: livePerson.url };
  const generated = GENERATED_RECORDS;
  return { name: "opened", urls, destinations: all, generated, visible, problems: [] };
}

async function newestEvents(stage: Stage): Promise<Scene> {
  const { LivePerson } = await get(stage, EVENTS_PATH) as { LivePerson: { Event: TableEvent[] } };
  const events = LivePerson.Event;
  const strangers = (ids: ReadonlyMap<string, number>) =>
    events.filter((event) => !ids.has(String(event.event_id))).length;
  return {
    name: "events",
    path: EVENTS_PATH,
    count: events.length,
    newest: events.slice(-SHOWN_EVENTS),
    problems: [
      ...[...stage.destinations].flatMap(([id, destination]) =>
        differs(
          `GET /get-events: events that ${kindOf(id)!.label} lacks`,
          0,
          strangers(destination.ids()),
        )
      ),
      ...differs(
        "GET /get-events: time of the newest event",
        new Date(stage.visibleRecords().at(-1)!.changeTimestampMs).toISOString(),
        events.at(-1)?.changeDate,
      ),
    ],
  };
}

/** That of the first destination. */
async function storedCursor({ worker: { kv }, destinations }: Stage): Promise<Scene> {
  const [id] = destinations.keys();
  const { keys } = await kv.list();
  const ofFirst = `cursor/${ACCOUNT.accountId}/audit/${id}/`;
  const key = keys.find(({ name }) => name.startsWith(ofFirst))?.name;
  const text = key === undefined ? null : await kv.get(key);
  if (key === undefined || text === null) throw new Error("There is no cursor in KV.");
  const { revision, newest, watermark } = JSON.parse(text);
  const bytes = new TextEncoder().encode(text).length;
  const cursor = { key, bytes, revision, newest, watermark };
  const label = destinations.size > 1 ? kindOf(id)!.label : null;
  return { name: "cursor", cursor, label, problems: [] };
}

/** Five new changes: two ordinary ones, two identical ones, and one that comes late. */
function someChanges(nowMs: number): AuditRecord[] {
  const [one, two, three, four] = changesBetween(nowMs - 1000, nowMs, 4, 2);
  const late = { ...four, changeTimestampMs: four.changeTimestampMs - 10 * 60_000 };
  return [one, two, three, { ...three }, late];
}

/** Enough that a destination can take some of them and not the others. */
function moreChanges(nowMs: number): readonly AuditRecord[] {
  return changesBetween(nowMs, nowMs + 1, 8, 3);
}

function changesBetween(fromMs: number, toMs: number, count: number, seed: number): AuditRecord[] {
  const { accountId } = ACCOUNT;
  return generateRecords({ fromMs, toMs, count, seed, accountId, automaticShare: 0 });
}

function runProblems(title: string, runs: readonly Run[], delivered: number): string[] {
  return runs.flatMap(({ label, report, proof }) => {
    const which = named(title, label, runs);
    const { problem } = report;
    return [
      ...(problem ? [`${which} failed: ${problem.code}: ${problem.detail}`] : []),
      ...differs(`${which}: events delivered`, delivered, report.delivered),
      ...(holds(proof) ? [] : [`${which}: not every event was delivered exactly once.`]),
    ];
  });
}

function secondProblems(runs: readonly Run[], added: number): string[] {
  return [
    ...runProblems("The second run", runs, added),
    ...runs.flatMap(({ label, report }) => {
      const which = named("The second run", label, runs);
      return [
        ...differs(`${which}: late arrivals`, 1, report.lateArrivals),
        ...differs(`${which}: identical changes`, 1, report.twins),
      ];
    }),
  ];
}

function troubleProblems(runs: readonly Run[], added: number): string[] {
  const title = "The run with trouble";
  const spared = runs.filter(({ destination, report }) => !(report.requests[destination] > 1));
  return [
    ...runProblems(title, runs, added),
    ...spared.map(({ label }) => `${named(title, label, runs)}: nothing had to be sent again.`),
  ];
}

function idleProblems(runs: readonly Run[]): string[] {
  return [
    ...runProblems("The idle run", runs, 0),
    ...runs.flatMap(({ label, report }) =>
      differs(`${named("The idle run", label, runs)}: requests`, 1, total(report.requests))
    ),
  ];
}

/** With the destination, if there are several. */
function named(title: string, label: string, runs: readonly Run[]): string {
  return runs.length === 1 ? title : `${title} to ${label}`;
}

function differs(what: string, expected: unknown, found: unknown): string[] {
  const show = (value: unknown) => typeof value === "number" ? number(value) : String(value);
  return expected === found ? [] : [`${what}: expected ${show(expected)}, found ${show(found)}.`];
}
