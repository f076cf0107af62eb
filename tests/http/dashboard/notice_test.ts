/** A notice passes through a cookie, which has a limit: all that the project itself says fits. Pure. */
import assert from "node:assert/strict";
import { KINDS } from "../../../src/destinations/catalog.ts";
import { toldProblem } from "../../../src/http/dashboard/action.ts";
import { fromCookie, type Notice, toCookie } from "../../../src/http/dashboard/notice.ts";
import { CollectorError, type ErrorCode } from "../../../src/errors.ts";
import { REASONS, toProblem } from "../../../src/problems.ts";

const SERVICES = ["audit", "token", "domain", ...KINDS.map(({ id }) => id)];
/** As long as an error's words get: a method, a URL, a status, and what a service said. */
const DETAIL = `${"A destination's words about an event ".repeat(14)}the end`;

function kept(notice: Notice): Notice {
  const text = toCookie(notice);
  assert.ok(text.length <= 3_800, `${text.length} characters in the cookie`);
  return fromCookie(text);
}

Deno.test("of whatever stops an action, the whole text is shown", () => {
  for (const code of Object.keys(REASONS) as ErrorCode[]) {
    for (const name of SERVICES) {
      const problem = toProblem(new CollectorError(code, { detail: DETAIL, upstream: { name } }));
      const notice = toldProblem("The run failed", problem, ["Run id: 3f0c1d52"]);
      assert.deepEqual(kept(notice), notice, code);
    }
    const notice = toldProblem(
      "It failed",
      toProblem(new CollectorError(code, { detail: DETAIL })),
    );
    assert.deepEqual(kept(notice), notice, code);
  }
});

Deno.test("what is too long for a cookie is cut line by line, the longest first, and a title always stays", () => {
  const long = "ä".repeat(5_000);
  const { title, lines } = kept({ ok: false, title: "Title", lines: ["Signing in: ok.", long] });
  assert.deepEqual([title, lines[0]], ["Title", "Signing in: ok."]);
  assert.match(lines[1], /^ä{999}…$/);
  const many = kept({ ok: false, title: "Title", lines: Array.from({ length: 99 }, () => long) });
  assert.deepEqual([many.title, many.lines], ["Title", []]);
});
