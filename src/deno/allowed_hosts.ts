/**
 * Which hosts of the settings Deno was not given the right to reach. Asks Deno, and connects to nobody.
 * Without this, a run would only learn that the host can't be reached.
 */
import { kindOf } from "../destinations/catalog.ts";
import type { PipelineSettings } from "../pipelines/pipelines.ts";
import { LIVEPERSON_SETTINGS } from "../sources/liveperson/settings.ts";

/** Problems of the pipeline's settings, each with the setting's name. */
export async function forbiddenHosts(settings: PipelineSettings): Promise<readonly string[]> {
  // then undici connects to the proxy only
  if (settings.TRUST_ANY_CERTIFICATE && settings.USE_SYSTEM_PROXY) return [];
  const kind = kindOf(settings.pipeline.destination?.kind);
  const names = [
    ...Object.keys(LIVEPERSON_SETTINGS),
    ...Object.keys(kind?.settings ?? {}),
    "CLOUDFLARE_ACCESS_TEAM_DOMAIN",
  ];
  const values: Readonly<Record<string, unknown>> = { ...settings };
  const problems = await Promise.all(names.map(async (name) => {
    const host = hostOf(values[name]);
    if (host === null) return [];
    const { state } = await Deno.permissions.query({ name: "net", host });
    if (state === "granted") return [];
    return [
      `${name}: Deno was not given the right to reach ${host}: name it in --allow-net of the start task`,
    ];
  }));
  return problems.flat();
}

/** Host and port of a setting that is a URL; null if it isn't one. */
function hostOf(value: unknown): string | null {
  if (typeof value !== "string" || !/^https?:\/\//i.test(value) || !URL.canParse(value)) {
    return null;
  }
  const { protocol, hostname, port } = new URL(value);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}
