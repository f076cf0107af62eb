/** CPU of the whole product for a large backlog, on both hosts, with the records of both wire formats. */
import { fileURLToPath } from "node:url";
import { type Figure, OLD, type Size } from "../figures.ts";
import { openStand, type Stand } from "../open_stand.ts";
import { openProduct } from "../product.ts";

const DENO_PRODUCT = fileURLToPath(new URL("../deno_product.ts", import.meta.url));

export async function backlog({ events }: Size): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const wire of ["graphql", "rest"] as const) {
    for (const [host, cpuMs] of Object.entries({ workerd: workerdCpuMs, Deno: denoCpuMs })) {
      await using stand = await openStand({ wire });
      await stand.add({ ...OLD, events });
      figures.push({
        name: `whole product on ${host}, ${wire}`,
        value: await cpuMs(stand, events) * 1000 / events,
        unit: "µs of CPU an event",
        ...(wire === "rest" && { beside: "the reference: 11 to 12, without ids" }),
      });
    }
  }
  return figures;
}

async function workerdCpuMs(stand: Stand, events: number): Promise<number> {
  await using product = await openProduct(stand);
  const before = product.cpuMs();
  await product.drain(events);
  return product.cpuMs() - before;
}

async function denoCpuMs(stand: Stand, events: number): Promise<number> {
  const settings = { ...stand.settings, MAX_FETCH: String(events) };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", DENO_PRODUCT, JSON.stringify(settings)],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return Number(new TextDecoder().decode(stdout));
}
