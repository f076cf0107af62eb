/** The destinations of a measurement beside XSIAM, simulated. Loopback only. */
import { startElasticsearch } from "../simulators/elasticsearch.ts";
import { startHec } from "../simulators/hec.ts";
import type { Beside, Received } from "./stand_options.ts";

type Settings = Readonly<Record<string, string>>;

interface Started extends AsyncDisposable {
  readonly settings: Settings;
  received(): Received;
}

interface StartedBeside extends AsyncDisposable {
  /** Settings with which a collector reaches all of them. */
  readonly settings: Settings;
  received(): Readonly<Record<string, Received>>;
}

const STARTS: Readonly<Record<Beside, (latencyMs: number) => Promise<Started>>> = {
  hec: startSplunk,
  elasticsearch: startElastic,
};

export async function openBeside(
  names: readonly Beside[],
  latencyMs: number,
): Promise<StartedBeside> {
  await using started = new AsyncDisposableStack();
  const simulators = new Map<Beside, Started>();
  for (const name of names) simulators.set(name, started.use(await STARTS[name](latencyMs)));
  const running = started.move();
  return {
    settings: Object.assign({}, ...[...simulators.values()].map(({ settings }) => settings)),
    received: () =>
      Object.fromEntries([...simulators].map(([name, simulator]) => [name, simulator.received()])),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startElastic(latencyMs: number): Promise<Started> {
  const apiKey = "a2V5OnNlY3JldA==";
  const elasticsearch = await startElasticsearch({ credentials: { apiKey }, latencyMs });
  return {
    settings: { ELASTICSEARCH_URL: elasticsearch.url, ELASTICSEARCH_API_KEY: apiKey },
    received: () => ({
      events: elasticsearch.documents.length,
      distinct: elasticsearch.ids.size,
      requests: elasticsearch.requests.length,
    }),
    [Symbol.asyncDispose]: () => elasticsearch.close(),
  };
}

async function startSplunk(latencyMs: number): Promise<Started> {
  const hec = await startHec({ keepEvents: false, latencyMs });
  return {
    settings: hec.settings,
    received: () => ({
      events: hec.count,
      distinct: hec.ids.size,
      requests: hec.requests.length,
    }),
    [Symbol.asyncDispose]: () => hec.close(),
  };
}
