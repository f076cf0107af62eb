/**
 * The software bill of materials of the project: every package that it needs, with its hash, and which
 * needs which, as CycloneDX. Pure.
 */
import { Enums, Models } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";

export interface LockFile {
  /** By what was asked for, such as `npm:hono@4.13.19`: the version that is used. */
  readonly specifiers: Readonly<Record<string, string>>;
  /** By name and version, which peers' names may follow. */
  readonly npm: Readonly<Record<string, LockedPackage>>;
  readonly workspace: { readonly dependencies: readonly string[] };
}

interface LockedPackage {
  /** `sha512-` and the hash in base64. */
  readonly integrity: string;
  /** Names, with a version where there are several. */
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
}

/** What the bill is of. */
export interface Subject {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

export function billOfMaterials(subject: Subject, lock: LockFile): Models.Bom {
  const root = new Models.Component(Enums.ComponentType.Application, subject.name, {
    version: subject.version,
    bomRef: subject.name,
  });
  root.licenses.add(new Models.SpdxLicense(subject.license));
  const components = new Map(
    Object.entries(lock.npm).map(([id, { integrity }]) => [id, componentOf(id, integrity)]),
  );
  for (const specifier of lock.workspace.dependencies) {
    const name = specifier.slice("npm:".length).replace(/(?<=.)@[^@]*$/, "");
    need(root, components, `${name}@${lock.specifiers[specifier]}`);
  }
  for (const [id, { dependencies = [], optionalDependencies = [] }] of Object.entries(lock.npm)) {
    for (const name of [...dependencies, ...optionalDependencies]) {
      need(components.get(id)!, components, name);
    }
  }
  return new Models.Bom({
    metadata: new Models.Metadata({ component: root }),
    components: new Models.ComponentRepository(reachedFrom(root, components)),
  });
}

/** What is needed, directly or by what is needed: the lock file may hold more. */
function reachedFrom(
  root: Models.Component,
  components: ReadonlyMap<string, Models.Component>,
): ReadonlySet<Models.Component> {
  const reached = new Set<Models.Component>();
  const waiting = [root];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    for (const { value } of one.dependencies) {
      const needed = components.get(value!)!;
      if (reached.has(needed)) continue;
      reached.add(needed);
      waiting.push(needed);
    }
  }
  return reached;
}

function componentOf(id: string, integrity: string): Models.Component {
  const { name, version } = /^(?<name>@?[^@]+)@(?<version>[^_]+)/.exec(id)!.groups!;
  const [, namespace, plain] = /^(?:(@[^/]+)\/)?(.+)$/.exec(name)!;
  const component = new Models.Component(Enums.ComponentType.Library, plain, {
    group: namespace,
    version,
    bomRef: id,
    purl: new PackageURL("npm", namespace, plain, version, undefined, undefined).toString(),
  });
  const sha512 = Uint8Array.fromBase64(integrity.replace("sha512-", "")).toHex();
  component.hashes.set(Enums.HashAlgorithm["SHA-512"], sha512);
  return component;
}

/** `name`: a package's, with its version if there are several. Platforms' own packages may not be locked. */
function need(
  component: Models.Component,
  components: ReadonlyMap<string, Models.Component>,
  name: string,
): void {
  const key = components.has(name)
    ? name
    : [...components.keys()].find((id) =>
      id.startsWith(`${name}_`) || (id.startsWith(`${name}@`) && name !== "")
    );
  if (key === undefined) throw new Error(`The lock file has no ${name}. Run: deno install`);
  component.dependencies.add(components.get(key)!.bomRef);
}
