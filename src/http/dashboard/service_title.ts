/** Titles of problems that name the service they are about. Pure. */
import { kindOf } from "../../destinations/catalog.ts";
import { UPSTREAM_LABELS, type UpstreamName } from "../../errors.ts";

/**
 * The title, with the service's name where it says only "the service". `service`: as problems name it;
 * undefined or null if it is not known.
 */
export function titleWithService(title: string, service: UpstreamName | null | undefined): string {
  const name = nameOf(service ?? "");
  if (name === undefined) return title;
  return title.replace(/^The service's answer\b/, () => `The answer from ${name}`)
    .replace(/^The service\b/, () => name[0].toUpperCase() + name.slice(1));
}

function nameOf(service: UpstreamName): string | undefined {
  return Object.hasOwn(UPSTREAM_LABELS, service)
    ? UPSTREAM_LABELS[service]
    : kindOf(service)?.label;
}
