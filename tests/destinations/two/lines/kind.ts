/** A made-up destination: it takes lines of JSON at a URL. */
import * as v from "valibot";
import type { DestinationKind, OpenDestination } from "../../../../src/destinations/kind.ts";
import type { PushAnswer } from "../../../../src/engine/ports.ts";
import { CollectorError } from "../../../../src/errors.ts";
import { httpOrigin } from "../../../../src/settings/hosts.ts";
import { parsed, secret } from "../../../../src/settings/values.ts";
import type { UpstreamReply } from "../../../../src/upstream/upstream.ts";

const SETTINGS = {
  LINES_URL: v.optional(parsed(httpOrigin)),
  LINES_TOKEN: v.optional(secret),
};

const ID = "lines";
const LABEL = "Line Store";

const LIMITS = { targetBytes: 10_000, maxBytes: 50_000, maxEvents: 100, maxEventBytes: 20_000 };

export const lines: DestinationKind<typeof SETTINGS> = {
  id: ID,
  label: LABEL,
  fullName: "Acme Line Store",
  settings: SETTINGS,
  needed: { LINES_URL: "URL of the line store", LINES_TOKEN: "Token of the line store" },
  urls: ["LINES_URL"],
  secrets: ["LINES_TOKEN"],
  generatedSecrets: ["LINES_TOKEN"],
  advice: {
    destination_unauthorized: {
      title: "Line Store refused the token",
      action: "Check LINES_TOKEN.",
    },
    destination_not_found: { title: "There is no line store", action: "Check LINES_URL." },
    destination_refuses_everything: {
      title: "Line Store accepts nothing",
      action: "Ask whoever runs it.",
    },
  },
  hosts: ["*.lines.example"],
  connectionCheck: {
    async check(settings, { upstream }) {
      const url = `${settings.LINES_URL}/ready`;
      readAnswer(await upstream.send({ name: ID, label: LABEL, method: "GET", url }));
    },
  },

  identity: ({ LINES_URL }) => LINES_URL === undefined ? null : new URL(LINES_URL).host,

  open({ LINES_URL, LINES_TOKEN }, { upstream }): OpenDestination | null {
    if (LINES_URL === undefined || LINES_TOKEN === undefined) return null;
    return {
      id: ID,
      label: LABEL,
      limits: LIMITS,
      format: "native",
      push: async (events) =>
        readAnswer(
          await upstream.send({
            name: ID,
            label: LABEL,
            method: "POST",
            url: `${LINES_URL}/lines`,
            headers: { Authorization: `Bearer ${LINES_TOKEN}` },
            body: events.map(({ json }) => json).join("\n"),
          }),
        ),
    };
  },
};

function readAnswer({ status }: UpstreamReply): PushAnswer {
  const told = { detail: `${LABEL} answered ${status}.`, upstream: { name: ID, status } };
  if (status === 200) return { refused: [], again: [] };
  if (status === 400) return { refusedWhole: { status, reason: "it is not what it takes" } };
  if (status === 401) throw new CollectorError("destination_unauthorized", told);
  if (status === 404) throw new CollectorError("destination_not_found", told);
  throw new CollectorError("upstream_failed", told);
}
