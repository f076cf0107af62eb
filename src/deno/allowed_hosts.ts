/**
 * Which hosts in the settings Deno has no permission to reach. Asks Deno, and connects to nothing. Without
 * this, a run would only learn that the host can't be reached.
 */
import { kindOf } from "../destinations/catalog.ts";
import type { PipelineSettings } from "../pipelines/pipelines.ts";
import { LIVEPERSON_SETTINGS } from "../sources/liveperson/settings.ts";

/** The variables in which undici looks for a proxy, each in the order of precedence. */
const UNDICI_PROXIES = [["http_proxy", "HTTP_PROXY"], ["https_proxy", "HTTPS_PROXY"]];

/** Problems of the pipeline's settings, each with the setting's name. */
export async function forbiddenHosts(settings: PipelineSettings): Promise<readonly string[]> {
  const proxies = settings.TRUST_ANY_CERTIFICATE && settings.USE_SYSTEM_PROXY
    ? undiciProxies()
    : [];
  // then undici connects only to the proxy; Deno's own `fetch` needs no permission to reach one
  const needed = proxies.length > 0 ? proxies : hostsOf(settings);
  const problems = await Promise.all(needed.map(async ({ name, host }) => {
    const { state } = await Deno.permissions.query({ name: "net", host });
    if (state === "granted") return [];
    return [
      `${name}: Deno has no permission to reach ${host}: add it to --allow-net in the start task`,
    ];
  }));
  return problems.flat();
}

interface NeededHost {
  /** The setting or variable that names it. */
  readonly name: string;
  /** With its port. */
  readonly host: string;
}

function hostsOf(settings: PipelineSettings): readonly NeededHost[] {
  const kind = kindOf(settings.pipeline.destination?.kind);
  const names = [
    ...Object.keys(LIVEPERSON_SETTINGS),
    ...Object.keys(kind?.settings ?? {}),
    "CLOUDFLARE_ACCESS_TEAM_DOMAIN",
  ];
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const further = (settings.LIVEPERSON_FURTHER_HOSTS ?? []).map((host) => ({
    name: "LIVEPERSON_FURTHER_HOSTS",
    host: `${host.replace(/^\*/, "any")}:443`,
  }));
  return [...names.flatMap((name) => named(name, values[name])), ...further];
}

function undiciProxies(): readonly NeededHost[] {
  return UNDICI_PROXIES.flatMap((names) => {
    const name = names.find((one) => (Deno.env.get(one) ?? "") !== "");
    return name === undefined ? [] : named(name, Deno.env.get(name));
  });
}

function named(name: string, value: unknown): NeededHost[] {
  const host = hostOf(value);
  return host === null ? [] : [{ name, host }];
}

/** Host and port of a setting that is a URL; null if it isn't one. */
function hostOf(value: unknown): string | null {
  if (typeof value !== "string" || !/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    return null;
  }
  const { protocol, hostname, port } = new URL(value);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
