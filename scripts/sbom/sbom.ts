/** `deno task sbom`: prints the software bill of materials, CycloneDX in JSON. Reads deno.json and deno.lock. */
import { readFile, writeFile } from "node:fs/promises";
import { Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { readOptions, scriptCommand } from "../cli/command_line.ts";
import { billOfMaterials } from "./components.ts";

const ROOT = new URL("../../", import.meta.url);

const command = scriptCommand(
  "sbom",
  "Prints the software bill of materials: CycloneDX 1.6, JSON.",
  ["", "--output sbom.json"],
)
  .option("--output <path>", "write it to this file instead");

if (import.meta.main) {
  const { output } = readOptions<{ output?: string }>(command, Deno.args);
  const json = await sbom();
  if (output === undefined) console.log(json);
  else await writeFile(output, `${json}\n`);
}

/** The bill of materials of the checkout, as JSON that is the same each time. */
export async function sbom(): Promise<string> {
  const read = async (path: string) => JSON.parse(await readFile(new URL(path, ROOT), "utf8"));
  const { version, license } = await read("deno.json");
  const subject = { name: "liveperson-audit-collector", version, license };
  const bill = billOfMaterials(subject, await read("deno.lock"));
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
  );
  return serializer.serialize(bill, { sortLists: true, space: 2 });
}
