/** The settings that make `deno task dev` talk to the simulators, as a `.dev.vars` file. Pure. */

export interface Simulated {
  readonly liveperson: { readonly url: string; readonly host: string };
  readonly xsiam: { readonly url: string };
  readonly account: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly apiKey: string;
  readonly compression: string;
  readonly days: number;
}

/** Text without quotes, blanks, `#` or `$`, so that it needs no quoting in `.dev.vars`. */
export const PLAIN_TEXT = /^[\w.~+/=:@-]+$/;

export function devVars(simulated: Simulated): Record<string, string> {
  return {
    LIVEPERSON_ACCOUNT_ID: simulated.account,
    LIVEPERSON_CLIENT_ID: simulated.clientId,
    LIVEPERSON_CLIENT_SECRET: simulated.clientSecret,
    LIVEPERSON_DOMAIN_API_URL: simulated.liveperson.url,
    LIVEPERSON_AUTH_SERVER_URL: simulated.liveperson.host,
    XSIAM_URL: simulated.xsiam.url,
    XSIAM_API_KEY: simulated.apiKey,
    XSIAM_COMPRESSION: simulated.compression,
    FIRST_FETCH: simulated.days === 1 ? "1 day" : `${simulated.days} days`,
    API_TOKEN: "local-token",
  };
}

/** One `NAME=value` a line; only FIRST_FETCH has a blank, and so quotes. */
export function devVarsFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${PLAIN_TEXT.test(value) ? value : `"${value}"`}`)
    .join("\n");
}
