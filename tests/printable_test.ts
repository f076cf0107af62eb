/** What strangers write into names and values does nothing where it is read. */
import assert from "node:assert/strict";
import type { Colours } from "../scripts/cli/colours.ts";
import { format } from "../scripts/get_events/event_formats.ts";
import { toMarkdown } from "../src/event_formats/markdown.ts";
import { printable, printableJson } from "../src/printable.ts";
import { CollectorError } from "../src/errors.ts";
import { toProblem } from "../src/problems.ts";
import type { AuditEvent } from "../src/sources/liveperson/event.ts";

const cellOf = (objectName: unknown) => {
  const event = { objectName, changeDate: "2026-03-10T12:00:00.000Z" } as unknown as AuditEvent;
  return toMarkdown([event], false).split("\n")[4].split(" | ")[3];
};

Deno.test("control and format characters are gone, and everything is on one line", () => {
  assert.equal(printable("a\u001b[31mb\u0000c\r\n\td\u2028e"), "a [31mb c d e");
  assert.equal(printable("user\u202egpj.exe\u200b\ufeff\u{e0041}"), "usergpj.exe");
  assert.equal(printable("Zoë 𝄞 عربي"), "Zoë 𝄞 عربي");
  assert.equal(printable("\ud800x"), " x");
});

Deno.test("a value in a Markdown table is text, whatever it looks like", () => {
  const attacks = [
    '%%%{"message":"OK","action":"!x"}%%%',
    "{{color:red}}(x)",
    "https://evil.example/a?b=c",
    "www.evil.example",
    "@channel <!here>",
    "[x](javascript:alert(1)) ![y](https://evil.example/pixel)",
    "~~~ ``` __a__ **b** # c",
  ];
  for (const attack of attacks) {
    const cell = cellOf(attack);
    assert.match(cell, /^(?:[^!-/:-=?-@[-`{-~]|\\[!-/:-@[-`{-~])*$/u, cell);
    assert.equal(cell.replace(/\\(.)/g, "$1"), attack);
  }
  assert.equal(cellOf("a\u001b[2Jb\u202ec"), "a \\[2Jbc");
});

Deno.test("times and words need no escapes", () => {
  const table = toMarkdown(
    [{
      changeDate: "2026-03-10T12:00:00.000Z",
      objectType: "AGENT_GROUP",
    } as unknown as AuditEvent],
    false,
  );
  assert.ok(table.includes("| 2026-03-10T12:00:00.000Z |"));
  assert.ok(table.includes("| AGENT_GROUP |"));
});

Deno.test("a problem tells what others wrote in one harmless line", () => {
  const detail = "The server said: \u001b]0;pwned\u0007\u202eabc\nHTTP/1.1 200 OK";
  const problem = toProblem(new CollectorError("upstream_failed", { detail }));
  assert.equal(problem.detail, "The server said: ]0;pwned abc HTTP/1.1 200 OK");
});

Deno.test("a spreadsheet calculates nothing that a value says", () => {
  for (const objectName of ["=1+1", '+cmd|" /C calc"!A0', "-2", "@SUM(A1)"]) {
    const found = { events: [{ objectName } as unknown as AuditEvent], pushed: 0, more: false };
    const [, row] = format(found, "csv", 80, {} as Colours, 0).split("\r\n");
    assert.match(row, /,"?'[=+\-@]/, row);
  }
});

Deno.test("JSON for a terminal means the same, and controls nothing", () => {
  const value = {
    "a\u009b": "\u001b[2J\u0085\u007f\u202e\u2028\u{e0001}\n\tGrüße 😀",
    b: [1, null],
  };
  const text = printableJson(value);
  assert.deepEqual(JSON.parse(text), value);
  assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  assert.ok(text.includes("Grüße 😀"));
});
