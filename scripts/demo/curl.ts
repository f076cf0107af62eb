/** The curl commands to try, quoted for every common shell. Pure. */

interface Try {
  readonly what: string;
  readonly path: string;
  readonly options?: string;
  readonly open?: true;
  /** One destination must be named. */
  readonly toOne?: true;
}

const TRIES: readonly Try[] = [
  { what: "up?", path: "/healthz", open: true },
  { what: "events, as JSON", path: "/get-events?limit=2&start_time=yesterday" },
  {
    what: "events, as a table",
    path: "/get-events?limit=5",
    options: `-H "Accept: text/markdown" `,
  },
  { what: "the cursor, the last run, the lag", path: "/status" },
  { what: "the Test button", path: "/test-connection", options: "-X POST " },
  { what: "collect now", path: "/collect", options: "-X POST " },
  {
    what: "push two events again, on purpose",
    path: "/get-events?limit=2&should_push_events=true",
    options: "-X POST ",
    toOne: true,
  },
];

interface CurlLine {
  readonly what: string;
  readonly command: string;
}

export function curlLines(
  url: string,
  token: string,
  destinations: readonly string[],
): CurlLine[] {
  return TRIES.map(({ what, path, options = "", open, toOne }) => {
    const access = open ? "" : `-H "Authorization: Bearer ${token}" `;
    const named = toOne && destinations.length > 1 ? `&destination=${destinations[0]}` : "";
    return { what, command: `curl ${access}${options}"${url}${path}${named}"` };
  });
}

/** What to look at in a browser. */
export function pageLines(url: string, token: string): readonly string[] {
  return [
    `  Status page  ${url}/      sign in with the token ${token}`,
    `  API          ${url}/docs  routes, arguments, problem codes, once you are signed in`,
  ];
}

/** A command in lines of at most `width` columns, which can still be pasted into a POSIX shell. */
export function fold({ command }: CurlLine, width: number): string[] {
  const at = command.lastIndexOf(` "http`);
  return command.length <= width
    ? [command]
    : [`${command.slice(0, at)} \\`, `  ${command.slice(at + 1)}`];
}
