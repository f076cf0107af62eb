/** The software bill of materials names every package of the lock file, and is valid CycloneDX. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import addFormats from "ajv-formats";
import { Ajv } from "ajv";
import { billOfMaterials, type LockFile } from "../../scripts/sbom/components.ts";
import { sbom } from "../../scripts/sbom/sbom.ts";

const lock: LockFile = JSON.parse(
  await readFile(new URL("../../deno.lock", import.meta.url), "utf8"),
);

/** The project's own schema, which its library brings. */
async function cycloneDx() {
  const folder = new URL(
    "../../node_modules/@cyclonedx/cyclonedx-library/res/schema/",
    import.meta.url,
  );
  const read = async (name: string) => JSON.parse(await readFile(new URL(name, folder), "utf8"));
  const ajv = new Ajv({ strict: false });
  addFormats.default(ajv);
  ajv.addFormat("iri-reference", true); // no value here is one
  ajv.addFormat("idn-email", true);
  for (const name of ["jsf-0.82", "spdx", "cryptography-defs"]) {
    const file = `${name}.SNAPSHOT.schema.json`;
    const { $id: _, ...schema } = await read(file);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${file}`);
  }
  return ajv.compile(await read("bom-1.6.SNAPSHOT.schema.json"));
}

Deno.test("the bill of materials is valid, and the same each time", async () => {
  const json = await sbom();
  assert.equal(await sbom(), json);
  const isValid = await cycloneDx();
  assert.ok(isValid(JSON.parse(json)), JSON.stringify(isValid.errors));
  assert.ok(!isValid({ ...JSON.parse(json), components: [{ name: "x" }] }));
});

Deno.test("each package that is needed is there, with its hash and what it needs itself", async () => {
  const { components, dependencies, metadata } = JSON.parse(await sbom());
  const hono = components.find(({ name }: { name: string }) => name === "hono");
  assert.equal(hono.purl, `pkg:npm/hono@${hono.version}`);
  const sha512 = Uint8Array.fromHex(hono.hashes[0].content).toBase64();
  assert.equal(`sha512-${sha512}`, lock.npm[`hono@${hono.version}`].integrity);
  const needs = new Map<string, readonly string[]>(
    dependencies.map((
      one: { ref: string; dependsOn?: string[] },
    ) => [one.ref, one.dependsOn ?? []]),
  );
  const direct = needs.get(metadata.component["bom-ref"])!;
  assert.equal(direct.length, lock.workspace.dependencies.length);
  const refs = components.map((one: { "bom-ref": string }) => one["bom-ref"]);
  assert.deepEqual([...new Set([...needs.values()].flat())].sort(), refs.toSorted());
  assert.ok(needs.get(refs.find((ref: string) => ref.startsWith("wrangler@")))!.length > 3);
});

Deno.test("a package that the lock file lacks is told by name", () => {
  const broken = {
    ...lock,
    npm: { "a@1.0.0": { integrity: "sha512-AAAA", dependencies: ["b"] } },
    workspace: { dependencies: [] },
  };
  const subject = { name: "x", version: "1.0.0", license: "MIT" };
  assert.throws(() => billOfMaterials(subject, broken), /The lock file has no b\./);
});
