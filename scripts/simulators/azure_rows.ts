/**
 * What Azure Monitor accepts as the body of a call: sizes, compression, an array of rows with the columns
 * of the table. Pure. It takes more than this without an error, and drops or cuts it: unknown columns, and
 * values of over 64 KB. The numbers are from Microsoft's page of service limits.
 */
import { Buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { COLUMNS } from "../../src/destinations/sentinel/columns.ts";

/** A row of the table. */
export type TableRow = Readonly<Record<string, unknown>>;

type Outcome =
  | { readonly rows: readonly TableRow[]; readonly plainBytes: number }
  | { readonly status: number; readonly code: string; readonly message: string };

const MAX_CALL_BYTES = 1_000_000;
const MAX_VALUE_BYTES = 65_536;
const LEGAL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,44}$/;
const RESERVED = new Set(["type", "title", "id", "tenantid", "uniqueid"]);

export function readRows(
  body: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
): Outcome {
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    return refused(415, "UnsupportedMediaType", "The content type must be application/json");
  }
  if (body.length > MAX_CALL_BYTES) return tooLarge();
  let text: string;
  try {
    const plain = headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    if (plain.length > MAX_CALL_BYTES) return tooLarge();
    text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch {
    return refused(400, "InvalidContentEncoding", "The body could not be decoded");
  }
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return refused(400, "InvalidPayload", "The body is not JSON");
  }
  if (!Array.isArray(rows)) return refused(400, "InvalidPayload", "The body is not an array");
  for (const row of rows) {
    const problem = problemOf(row);
    if (problem !== undefined) return refused(400, "InvalidPayload", problem);
  }
  return { rows, plainBytes: Buffer.byteLength(text) };
}

/** What is wrong with a row; undefined if nothing is. */
function problemOf(row: unknown): string | undefined {
  if (typeof row !== "object" || row === null || Array.isArray(row)) return "A record is no object";
  for (const [name, value] of Object.entries(row)) {
    if (!LEGAL_NAME.test(name) || RESERVED.has(name.toLowerCase())) {
      return `A column may not be called ${name}`;
    }
    const type = (COLUMNS as Readonly<Record<string, string>>)[name];
    if (type === undefined) return `The table has no column ${name}`;
    if (!suits(value, type)) return `The value of ${name} is no ${type}`;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (Buffer.byteLength(text) > MAX_VALUE_BYTES) return `The value of ${name} is too long`;
  }
  return "TimeGenerated" in row ? undefined : "A record has no TimeGenerated";
}

function suits(value: unknown, type: string): boolean {
  if (type === "dynamic") return typeof value === "object" && value !== null;
  if (type === "dateTime") return typeof value === "string" && !Number.isNaN(Date.parse(value));
  return type === "boolean" ? typeof value === "boolean" : typeof value === "string";
}

function tooLarge(): Outcome {
  return refused(413, "ContentLengthLimitExceeded", "A call may have 1 MB");
}

function refused(status: number, code: string, message: string): Outcome {
  return { status, code, message };
}
