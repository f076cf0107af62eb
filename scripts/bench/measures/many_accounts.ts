/** Many accounts on one Worker, with nothing new in any of them. */
import { type Figure, RECENT, seconds, type Size } from "../figures.ts";
import { openStand } from "../open_stand.ts";
import { openProduct } from "../product.ts";

export async function manyAccounts({ accounts }: Size): Promise<Figure[]> {
  await using stand = await openStand({ accounts });
  await using product = await openProduct(stand);
  await stand.add({ ...RECENT, events: 2 });
  await product.fireCron();
  const before = { ...await stand.counts(), cpuMs: product.cpuMs() };
  const wall = await seconds(() => product.fireCron());
  const after = { ...await stand.counts(), cpuMs: product.cpuMs() };
  const name = `${accounts} idle accounts, one cron`;
  return [
    {
      name: `${name}: requests`,
      value: after.asked - before.asked,
      unit: "requests",
      most: accounts,
    },
    { name: `${name}: wall`, value: wall, unit: "s" },
    { name: `${name}: CPU`, value: after.cpuMs - before.cpuMs, unit: "ms" },
  ];
}
