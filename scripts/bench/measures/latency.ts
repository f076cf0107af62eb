/** How long a large backlog takes with slow requests, compared with reading one page after another. */
import pMap from "p-map";
import { type Figure, OLD, seconds, type Size } from "../figures.ts";
import { openStand, type Stand } from "../open_stand.ts";
import { openProduct } from "../product.ts";
import { collectSimply, PAGE, readPage, signIn } from "../simple_collector.ts";

const LATENCY_MS = 50;

export async function latency({ events }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const wire of ["graphql", "rest"] as const) {
    await using stand = await openStand({ wire, latencyMs: LATENCY_MS, keepAnswers: true });
    await stand.add({ ...OLD, events });
    const ours = async (requests: number) => {
      const settings = { MAX_FETCH: String(events), REQUESTS_PER_RUN: String(requests) };
      let taken = 0;
      for (const _ of ["the simulator makes its pages", "it has them"]) {
        await using product = await openProduct(stand, { settings });
        taken = await seconds(() => product.drain(events));
      }
      return taken;
    };
    const [paid, free] = [await ours(1000), await ours(45)];
    await makePages(stand, events);
    const simply = await seconds(() => collectSimply(stand));
    const name = `${events.toLocaleString("en")} events, ${LATENCY_MS} ms a request, ${wire}`;
    const times = `${(simply / paid).toFixed(1)} and ${(simply / free).toFixed(1)} times as long`;
    figures.push(
      { name: `${name}: 1,000 requests a run`, value: paid, unit: "s" },
      { name: `${name}: 45 requests a run`, value: free, unit: "s" },
      { name: `${name}: one page after another`, value: simply, unit: "s", beside: times },
    );
  }
  return figures;
}

/** Lets the simulator make the pages that will be requested. */
async function makePages(stand: Stand, events: number): Promise<void> {
  const token = await signIn(stand);
  const offsets = Array.from({ length: Math.ceil((events + 1) / PAGE) }, (_, page) => page * PAGE);
  await pMap(offsets, (offset) => readPage(stand, token, offset), { concurrency: 20 });
}
