/** Cuts values to a number of bytes, never within a character, and reports what was cut. Pure. */
import { Buffer } from "node:buffer";

/** What was cut, by its path, and how many bytes it had. */
export type Cuts = ReadonlyMap<string, number>;

export interface Fitted<T> {
  readonly value: T;
  readonly cuts: Cuts;
}

const utf8 = new TextEncoder();

/** The beginning of a text, as much as fits into this many bytes of UTF-8. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return text;
  const { read } = utf8.encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/**
 * A value whose JSON has at most this many bytes. If it has more, its longest texts are cut to the same
 * length; if that is not enough, the value becomes `{ json }`, the beginning of its JSON. `path`: the
 * value's path.
 */
export function fitJson(value: unknown, maxBytes: number, path: string): Fitted<unknown> {
  if (jsonBytes(value) <= maxBytes) return { value, cuts: new Map() };
  const cut = withShorterTexts(value, maxBytes, path);
  if (cut !== null) return cut;
  const json = JSON.stringify(value);
  const beginning = withShorterTexts({ json }, maxBytes, path)!.value;
  return { value: beginning, cuts: new Map([[path, Buffer.byteLength(json)]]) };
}

/** Null if the value is too large even without its texts. */
function withShorterTexts(value: unknown, maxBytes: number, path: string): Fitted<unknown> | null {
  const fits = (length: number) => jsonBytes(cutTexts(value, length, path, new Map())) <= maxBytes;
  if (!fits(0)) return null;
  let longest = 0;
  for (let tooLong = maxBytes; tooLong - longest > 1;) {
    const middle = (longest + tooLong) >>> 1;
    if (fits(middle)) longest = middle;
    else tooLong = middle;
  }
  const cuts = new Map<string, number>();
  return { value: cutTexts(value, longest, path, cuts), cuts };
}

/** The value with each of its texts cut; records the cuts in `cuts`. */
function cutTexts(
  value: unknown,
  maxBytes: number,
  path: string,
  cuts: Map<string, number>,
): unknown {
  if (typeof value === "string") {
    const cut = cutText(value, maxBytes);
    if (cut.length < value.length) cuts.set(path, Buffer.byteLength(value));
    return cut;
  }
  if (typeof value !== "object" || value === null) return value;
  const below = (key: string | number) => path === "" ? String(key) : `${path}.${key}`;
  if (Array.isArray(value)) {
    return value.map((item, index) => cutTexts(item, maxBytes, below(index), cuts));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, cutTexts(item, maxBytes, below(key), cuts)]),
  );
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
