/** Scripts that ask a server which is not the collector, or not any more: it controls no terminal. */
import assert from "node:assert/strict";
import { status } from "../http/dashboard/sample_app.ts";
import { ScriptStage } from "./script_stage.ts";

const HOSTILE = "\u001b]0;owned\u0007\u001b[2J\u202e";
const DANGEROUS = /(?!\n)[\p{Cc}\p{Cf}]/u;

/** The value with each text of it made hostile. */
function hostile(value: unknown): unknown {
  if (typeof value === "string") return value + HOSTILE;
  if (Array.isArray(value)) return value.map(hostile);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hostile(one)]));
}

const PROBLEM = { type: "t", code: "internal", title: "T", detail: "D", action: "A", status: 500 };

const SCRIPTS: readonly (readonly [string, readonly string[]])[] = [
  ["status", []],
  ["collect", []],
  ["test_connection", []],
  ["get_events", []],
  ["dead_letters", []],
  ["dead_letters", ["--ids", "a"]],
  ["dead_letters", ["--redeliver"]],
  ["dead_letters", ["--discard", "--all", "--yes"]],
  ["start_over", []],
  ["start_over", ["--yes"]],
  ["backfill", ["--from", "1 day", "--to", "1 hour"]],
];

for (const when of ["with a problem", "with everything else"]) {
  Deno.test(`a server controls no terminal when it answers ${when}`, async () => {
    await using stage = await ScriptStage.open();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      ({ url, method }) => {
        if (new URL(url).pathname === "/status") {
          const one = status("111", { backfill: null });
          return Response.json(
            when === "with a problem"
              ? { accounts: [{ ...one, account: `111${HOSTILE}` }] }
              : hostile(one),
          );
        }
        if (when === "with a problem") return Response.json(hostile(PROBLEM), { status: 500 });
        const letter = {
          ...{
            eventId: "a",
            timeMs: 0,
            who: "w",
            what: "x",
            object: "o",
            status: 400,
            reason: "r",
          },
          ...{
            bytes: 1,
            tries: 1,
            dead: true,
            refusedAt: "2026-03-10T12:00:00Z",
            json: '"\u001b"',
          },
        };
        return Response.json(hostile({
          ...{ outcome: "ok", delivered: 1, refused: 0, left: 0, discarded: 1, method },
          ...{ count: 1, letters: [letter], next: null, groups: [], runId: "r", steps: [] },
          LivePerson: { Event: [{ event_id: "e", changedBy: "c", objectName: "o" }] },
          ...{ pushed: 0, more: false },
        }));
      },
    );
    const place = ["--url", `http://127.0.0.1:${server.addr.port}`];
    for (const [name, options] of SCRIPTS) {
      const { stdout, stderr } = await stage.run(name, [...place, ...options]);
      assert.doesNotMatch(stdout + stderr, DANGEROUS, `${name} ${options.join(" ")}`);
    }
  });
}
