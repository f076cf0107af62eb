/** Finds the hosts of an account through LivePerson's Domain API. Source: developers.liveperson.com, "Domain API". */
import * as v from "valibot";
import { CollectorError } from "../../errors.ts";
import { discoveredOrigin, hostsOf, type Service } from "./hosts.ts";
import type { Upstream, UpstreamReply } from "../../upstream/upstream.ts";
import { failure } from "./failure.ts";

/** Whose hosts are to be found, and which ones may be named. */
interface Asked {
  readonly accountId: string;
  readonly domainApiOrigin: string;
  /** The setting: what may be named beside the service's own hosts. */
  readonly furtherHosts: readonly string[];
}

const BaseUri = v.object({ baseURI: v.string() });

/**
 * The origin of a service of the account.
 * @throws {CollectorError} `discovery_failed`, `discovered_host_refused`, or what `Upstream.send` throws
 */
export async function discover(
  upstream: Upstream,
  service: Service,
  { accountId, domainApiOrigin, furtherHosts }: Asked,
): Promise<string> {
  const path = `/api/account/${accountId}/service/${service}/baseURI.json`;
  const reply = await upstream.send({
    name: "domain",
    method: "GET",
    url: `${domainApiOrigin}${path}?version=1.0`,
    headers: { Accept: "application/json" },
  });
  const host = readHost(reply, service);
  const origin = discoveredOrigin(host, service, domainApiOrigin, furtherHosts);
  if (origin === null) {
    throw new CollectorError("discovered_host_refused", {
      detail: `The Domain API answered the host ${JSON.stringify(host.slice(0, 100))} for ` +
        `${service}, which is none of ${
          hostsOf(service)
        }. If LivePerson says that it is, name it in ` +
        "LIVEPERSON_FURTHER_HOSTS.",
      upstream: { name: "domain", status: reply.status },
    });
  }
  return origin;
}

function readHost(reply: UpstreamReply, service: Service): string {
  if (reply.status !== 200) {
    throw failure("domain", reply, reply.status < 500 ? "discovery_failed" : undefined);
  }
  try {
    return v.parse(BaseUri, JSON.parse(reply.text)).baseURI;
  } catch {
    throw new CollectorError("upstream_unreadable", {
      detail: `The Domain API's answer for ${service} contains no baseURI.`,
      upstream: { name: "domain", status: 200 },
    });
  }
}
