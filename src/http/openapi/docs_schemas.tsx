/** The parts of the page at `/docs` that describe values. */
import type { Child } from "hono/jsx";
import type { ApiDocument, Schema } from "./openapi.ts";

/** Only schemas with fields; the others are described where they are used. */
export function Schemas({ schemas }: { schemas: ApiDocument["components"]["schemas"] }) {
  const withFields = Object.entries(schemas)
    .filter(([name, { properties }]) => properties !== undefined && !name.endsWith("Arguments"));
  return (
    <section class="card docs" aria-labelledby="schemas">
      <h2 id="schemas">Fields of the answers</h2>
      {withFields.map(([name, schema]) => (
        <section key={name} aria-labelledby={`schema-${name}`}>
          <h3 id={`schema-${name}`}>{name}</h3>
          {schema.description !== undefined && (
            <p>
              <Words text={schema.description} />
            </p>
          )}
          <Fields schema={schema} />
        </section>
      ))}
    </section>
  );
}

function Fields({ schema, within = "" }: { schema: Schema; within?: string }) {
  return <dl>{fieldsOf(schema, within).map((field) => <Field key={field.name} {...field} />)}</dl>;
}

interface NamedField {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** The fields, and those of nested objects, by path. */
function fieldsOf({ properties = {}, required = [] }: Schema, within: string): NamedField[] {
  return Object.entries(properties).flatMap(([key, schema]) => {
    const name = `${within}${key}`;
    const inner = schema.properties ?? schema.items?.properties ??
      schema.anyOf?.find((one) => one.properties)?.properties;
    const path = schema.items === undefined ? `${name}.` : `${name}[].`;
    return [
      { name, schema, required: required.includes(key) },
      ...(inner === undefined ? [] : fieldsOf(objectIn(schema), path)),
    ];
  });
}

function objectIn(schema: Schema): Schema {
  if (schema.properties !== undefined) return schema;
  return schema.items ?? schema.anyOf!.find((one) => one.properties !== undefined)!;
}

function Field({ name, schema, required }: NamedField) {
  return (
    <>
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        {schema.description !== undefined && (
          <>
            <Words text={schema.description} />
            {" "}
          </>
        )}
        <span class="kind">
          <Kind schema={schema} />
          {!required && ", may be missing"}
        </span>
      </dd>
    </>
  );
}

const TYPES: Record<string, string> = {
  boolean: "true or false",
  null: "null",
  number: "number",
  object: "object",
  string: "text",
};

/**
 * A longer list of values is not repeated here: only the problem codes are that many, and they have their
 * own section.
 */
const LONG_LIST = 10;

/** What a value may be, in words. */
export function Kind({ schema }: { schema: Schema }): Child {
  const { $ref, anyOf, const: only, format, items, maximum, minimum, type = "" } = schema;
  if ($ref !== undefined) {
    const name = $ref.split("/").at(-1)!;
    return name === "Text" ? <>text</> : <a href={`#schema-${name}`}>{name}</a>;
  }
  if (only !== undefined) return <code>{String(only)}</code>;
  if (schema.enum !== undefined && schema.enum.length > LONG_LIST) {
    return <a href="#problems">a problem code</a>;
  }
  if (schema.enum !== undefined) {
    return <OneOf values={schema.enum.map((one, i) => <code key={i}>{String(one)}</code>)} />;
  }
  if (anyOf !== undefined) {
    return <OneOf values={anyOf.map((one, i) => <Kind key={i} schema={one} />)} />;
  }
  if (items !== undefined) {
    return (
      <>
        list of <Kind schema={items} />
      </>
    );
  }
  if (typeof schema.additionalProperties === "object") {
    return (
      <>
        object, by name: <Kind schema={schema.additionalProperties} />
      </>
    );
  }
  if (type === "integer") {
    return <>whole number{maximum === undefined ? "" : ` from ${minimum} to ${maximum}`}</>;
  }
  if (format === "date-time") return <>time, ISO 8601 in UTC</>;
  if (format === "date") return <>day</>;
  return <>{TYPES[type] ?? "any value"}</>;
}

function OneOf({ values }: { values: readonly Child[] }) {
  const last = values.length - 1;
  return (
    <>
      {values.flatMap((value, i) => i === 0 ? [value] : [i === last ? " or " : ", ", value])}
    </>
  );
}

/** Text in which backquotes mark code. A problem code links to what to do about it. */
export function Words({ text, codes = {} }: { text: string; codes?: ApiDocument["x-problems"] }) {
  const parts = text.split("`");
  return (
    <>
      {parts.map((part, i) => {
        if (i % 2 === 0) return part;
        const code = <code key={i}>{part}</code>;
        return part in codes ? <a key={i} href={`#code-${part}`}>{code}</a> : code;
      })}
    </>
  );
}
