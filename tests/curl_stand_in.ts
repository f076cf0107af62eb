/** The options of curl that the README and the demo use, and no others. Makes one request. */
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    request: { type: "string", short: "X" },
    header: { type: "string", short: "H", multiple: true },
    data: { type: "string", short: "d" },
    noproxy: { type: "string" },
    "max-time": { type: "string" },
    silent: { type: "boolean" },
    "show-error": { type: "boolean" },
    "fail-with-body": { type: "boolean" },
  },
});
const { request, header = [], data } = values;
const [url, ...more] = positionals;
if (more.length > 0) throw new Error(`One URL, not also ${more.join(" ")}`);
const headers = new Headers(
  data === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" },
);
const readHeader = (file: string) => Deno.readTextFileSync(file).trimEnd();
for (const given of header) {
  const line = given.startsWith("@") ? readHeader(given.slice(1)) : given;
  const [, name, value] = /^([^:]+):(.*)$/s.exec(line)!;
  headers.set(name, value.trim());
}
const method = request ?? (data === undefined ? "GET" : "POST");
const answer = await fetch(url, {
  method,
  headers,
  body: data,
  signal: AbortSignal.timeout(Number(values["max-time"]) * 1000),
});
console.log(await answer.text());
if (!answer.ok) console.error(`curl: (22) The requested URL returned error: ${answer.status}`);
Deno.exit(answer.ok ? 0 : 22);
