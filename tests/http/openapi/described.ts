/**
 * Holds answers against the API description: their status, content type, and every field. It keeps
 * what it has seen, so that what was documented and never answered can be told.
 */
import assert from "node:assert/strict";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Answer, Json } from "../../cloudflare/stage.ts";

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export class Described {
  readonly #ajv = new Ajv2020({ strict: false, formats: { "date-time": DATE_TIME, date: DATE } });
  readonly #seen = new Set<string>();

  /** `api`: the document, as it is answered. */
  constructor(readonly api: Json) {
    this.#ajv.addSchema(closed({ ...api, $id: "api" }));
  }

  /** Its documented operations, as `GET /status`. */
  get operations(): string[] {
    return Object.entries(this.api.paths).flatMap(([path, methods]) =>
      Object.keys(methods as Json).map((method) => `${method.toUpperCase()} ${path}`)
    );
  }

  operation(name: string): Json {
    const [method, path] = name.split(" ");
    return this.api.paths[path][method.toLowerCase()];
  }

  /** Fails unless the operation's answer is documented. */
  assertDescribed(name: string, answer: Answer): void {
    const [method, path] = name.split(" ");
    const pointer = ["paths", path, method.toLowerCase(), "responses", String(answer.status)];
    this.#assertIs(pointer, `${name} ${answer.status}`, answer);
  }

  /** The same for what any path may answer. */
  assertCommon(response: string, answer: Answer): void {
    this.#assertIs(["components", "responses", response], response, answer);
  }

  assertIs(schema: string, value: unknown): void {
    const validate = this.#validator(["components", "schemas", schema]);
    assert.ok(validate(value), JSON.stringify(validate.errors, null, 2));
  }

  /** Every answer that is documented: operation, status, content type, schema. */
  get documented(): string[] {
    return this.operations.flatMap((name) =>
      Object.entries(this.operation(name).responses).flatMap(([status, { content }]: Json) =>
        Object.entries(content).flatMap(([type, { schema }]: Json) =>
          alternatives(schema).map((ref) => `${name} ${status} ${type} ${nameOf(ref)}`)
        )
      )
    );
  }

  /** Documented answers that were never seen. */
  get unseen(): string[] {
    return this.documented.filter((answer) => !this.#seen.has(answer));
  }

  #assertIs(pointer: string[], what: string, answer: Answer): void {
    const type = (answer.headers.get("Content-Type") ?? "").split(";")[0];
    const content = at(this.api, [...pointer, "content"]);
    assert.ok(content?.[type], `${what} ${type} is not documented: ${answer.text.slice(0, 300)}`);
    const value = type.endsWith("json") && type !== "application/x-ndjson"
      ? answer.body
      : answer.text;
    const validate = this.#validator([...pointer, "content", type, "schema"]);
    assert.ok(
      validate(value),
      `${what}: ${JSON.stringify(validate.errors, null, 2)}\n${answer.text.slice(0, 2000)}`,
    );
    for (const ref of alternatives(content[type].schema)) {
      if (!this.#validator(ref.slice(2).split("/"))(value)) continue;
      this.#seen.add(`${what} ${type} ${nameOf(ref)}`);
    }
  }

  #validator(pointer: string[]): ValidateFunction {
    const path = pointer.map((part) =>
      encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))
    );
    const validate = this.#ajv.getSchema(`api#/${path.join("/")}`);
    assert.ok(validate, `there is no schema at ${pointer.join(" ")}`);
    return validate;
  }
}

/** A description that lets programs ignore fields they don't know; here each field must be documented. */
function closed(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  return schema.type === "object" && "properties" in schema && !("additionalProperties" in schema)
    ? { ...inner, additionalProperties: false }
    : inner;
}

function alternatives(schema: Json): string[] {
  return schema.anyOf === undefined ? [schema.$ref] : schema.anyOf.map((one: Json) => one.$ref);
}

function nameOf(ref: string): string {
  return ref.split("/").at(-1)!;
}

function at(value: Json, pointer: readonly string[]): Json {
  return pointer.reduce((inner, key) => inner?.[key], value);
}
