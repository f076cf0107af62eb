/**
 * A store in Deno KV: strongly consistent. Values are limited to 64 KiB, so longer texts are kept in parts.
 * Parts are first written under their own keys; one atomic write of the head then makes them the value. A
 * crash in between leaves the old value, and parts that the next put with the lease removes.
 */
import { commit } from "./kv_commit.ts";
import { splitText } from "../storage/parts.ts";
import type { KeyValueStore } from "../storage/store.ts";

/** How writes are committed. */
export interface Writer {
  /** True as long as nobody else writes to the same keys. */
  readonly alone: boolean;
  /** @throws {CollectorError} `lease_lost` when it may no longer write; then nothing is written */
  commit(operation: Deno.AtomicOperation): Promise<void>;
}

/** Writes without a check. */
const FREE_WRITER: Writer = {
  alone: false,
  async commit(operation) {
    await commit(operation);
  },
};

/** What a key holds: the text, or where its parts are. */
type Head = { readonly text: string } | { readonly id: string; readonly parts: number };

/** UTF-16 units in a part: at most 2 bytes each, with room to spare. */
const PART_LENGTH = 31_000;

/** `prefix` of the store's keys: several stores share one database. */
export function denoKvStore(
  kv: Deno.Kv,
  prefix: readonly string[],
  writer: Writer = FREE_WRITER,
): KeyValueStore {
  const heads = [...prefix, "value"];
  const partsOf = (key: string) => [...prefix, "part", key];

  async function replace(key: string, head: Head | null): Promise<void> {
    const before = (await kv.get<Head>([...heads, key])).value;
    const operation = kv.atomic();
    if (head === null) operation.delete([...heads, key]);
    else operation.set([...heads, key], head);
    await writer.commit(operation);
    for await (const part of kv.list({ prefix: partsOf(key) })) {
      const id = part.key.at(-2);
      if (id === idOf(head) || !(writer.alone || id === idOf(before))) continue;
      await writer.commit(kv.atomic().delete(part.key));
    }
  }

  return {
    async get(key) {
      for (let before: string | null = null;;) {
        const { value: head, versionstamp } = await kv.get<Head>([...heads, key]);
        if (head === null) return null;
        if ("text" in head) return head.text;
        const parts: string[] = [];
        for await (const part of kv.list<string>({ prefix: [...partsOf(key), head.id] })) {
          parts.push(part.value);
        }
        if (parts.length === head.parts) return parts.join("");
        if (versionstamp === before) throw new Error(`Parts of a stored value are missing.`);
        before = versionstamp; // it was replaced while it was read
      }
    },
    async put(key, value) {
      const parts = splitText(value, PART_LENGTH);
      if (parts.length === 1) return await replace(key, { text: value });
      const id = crypto.randomUUID();
      for (const [number, text] of parts.entries()) {
        await kv.set([...partsOf(key), id, number], text);
      }
      await replace(key, { id, parts: parts.length });
    },
    delete: (key) => replace(key, null),
    async list(text) {
      const keys: string[] = [];
      for await (const { key } of kv.list({ prefix: heads, start: [...heads, text] })) {
        const name = String(key.at(-1));
        if (!name.startsWith(text)) break;
        keys.push(name);
      }
      return keys;
    },
  };
}

function idOf(head: Head | null): string | undefined {
  return head !== null && "id" in head ? head.id : undefined;
}
