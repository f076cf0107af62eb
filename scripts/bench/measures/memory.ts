/** What the isolate holds during a backlog, and that it does not depend on how large that is. */
import { type Figure, OLD, type Size } from "../figures.ts";
import { openStand } from "../open_stand.ts";
import { openProduct } from "../product.ts";

export async function memory({ backlogs }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const events of backlogs) {
    await using stand = await openStand();
    await using product = await openProduct(stand, { observed: true });
    await stand.add({ ...OLD, events });
    let mostBytes = 0;
    await product.drain(events, async () => {
      mostBytes = Math.max(mostBytes, await product.worker.heapBytes());
    });
    figures.push({
      name: `memory held, backlog of ${events.toLocaleString("en")}`,
      value: mostBytes / 1e6,
      unit: "MB",
      most: 100,
      beside: "Workers: 128",
    });
  }
  return [...figures, {
    name: "memory held, the largest backlog over the smallest",
    value: figures.at(-1)!.value / figures[0].value,
    unit: "times",
    most: 1.3,
  }];
}
