/** Which values of an event can be used where a schema asks for text. Pure. */

/** The value as text; undefined if there is none, or if it is an object, a list or empty. */
export function plainText(value: unknown): string | undefined {
  switch (typeof value) {
    case "string":
      return value === "" ? undefined : value;
    case "number":
    case "boolean":
      return String(value);
    default:
      return undefined;
  }
}
