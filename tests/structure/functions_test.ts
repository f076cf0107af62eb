/** No function of `src` is so long that it can't be read at a glance; those of the engine are shorter. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));

/** The most lines a function may have, from its first to its last, by folder. The first match counts. */
const MAX_LINES = [{ folder: "engine/", lines: 60 }, { folder: "", lines: 80 }];

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

/** Each function of a file, as `line of the file: how many lines it has`. */
function functionsOf(
  name: string,
  text: string,
): { readonly at: number; readonly lines: number }[] {
  const found: { at: number; lines: number }[] = [];
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const measure = ({ range: [start, end] }: FunctionNode) => {
    const at = lineOf(start);
    found.push({ at, lines: lineOf(end) - at + 1 });
  };
  // the parser of `deno lint`, which tests may ask
  Deno.lint.runPlugin(
    {
      name: "measure",
      rules: {
        measure: {
          create: () => ({
            FunctionDeclaration: measure,
            FunctionExpression: measure,
            ArrowFunctionExpression: measure,
          }),
        },
      },
    },
    name,
    text,
  );
  return found;
}

Deno.test("functions of every form are measured", () => {
  const text = `/** é */
export async function* declared() {
  const arrow = () => {
    return 1;
  };
  yield arrow;
}
class Some {
  static method(): void {
    [1].map((x) => x);
  }
}
const named = { of: function () {
} };
`;
  assert.deepEqual(
    functionsOf("sample.ts", text).sort((a, b) => a.at - b.at || b.lines - a.lines),
    [{ at: 2, lines: 6 }, { at: 3, lines: 3 }, { at: 9, lines: 3 }, { at: 10, lines: 1 }, {
      at: 13,
      lines: 2,
    }],
  );
});

Deno.test("no function of the engine has more than 60 lines, and none of src more than 80", async () => {
  const names = (await readdir(SOURCE, { recursive: true }))
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
  const tooLong: string[] = [];
  let measured = 0;
  for (const name of names) {
    const { lines: max } = MAX_LINES.find(({ folder }) => name.startsWith(folder))!;
    const functions = functionsOf(name, await readFile(join(SOURCE, name), "utf8"));
    measured += functions.length;
    tooLong.push(
      ...functions.filter(({ lines }) => lines > max)
        .map(({ at, lines }) => `${name}:${at} has ${lines} lines`),
    );
  }
  assert.ok(measured > 800, `${measured} functions are measured`);
  assert.deepEqual(tooLong, []);
});
