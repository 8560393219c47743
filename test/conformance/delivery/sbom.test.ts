import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { productionPackages } from "../../../image/packages.ts";
import { renderSbom } from "../../../image/sbom.ts";

const ROOT = join(import.meta.dirname, "../../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Component {
  readonly "bom-ref": string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly unknown[];
}
interface Bom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly version: number;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

let bom: Bom;
beforeAll(() => {
  bom = renderSbom() as unknown as Bom;
});

describe("the bill of materials", () => {
  it("is a CycloneDX document, of this version", () => {
    expect(bom.bomFormat).toBe("CycloneDX");
    expect(bom.specVersion).toMatch(/^1\.[5-9]$/);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(bom.version).toBe(1);
    expect(Date.parse(bom.metadata.timestamp)).not.toBeNaN();
    const { version } = JSON.parse(textOf("package.json"));
    expect(bom.metadata.component.purl).toBe(`pkg:npm/bascule@${version}`);
  });

  it("names each component once, with type, version, package URL and checksum", () => {
    const refs = bom.components.map((component) => component["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    for (const { type, name, version, purl, hashes } of bom.components) {
      expect(type, name).toBe("library");
      expect(purl, name).toContain(`@${version}`);
      expect(purl).toMatch(/^pkg:npm\//);
      expect(hashes?.[0], name).toMatchObject({
        alg: "SHA-512",
        content: expect.stringMatching(/^[0-9a-f]{128}$/),
      });
    }
  });

  it("refers to nothing that it does not name", () => {
    const known = new Set([bom.metadata.component["bom-ref"], ...bom.components.map((c) => c["bom-ref"])]);
    for (const { ref, dependsOn } of bom.dependencies)
      for (const name of [ref, ...dependsOn]) expect(known).toContain(name);
  });

  it("holds every package of the image, and none that is there for development", () => {
    const named = new Set(bom.components.map(({ name }) => name));
    // Packages of development need it too: what is asked to omit these would leave it out.
    expect(named).toContain("yaml");
    for (const path of productionPackages(textOf("package-lock.json")))
      expect(named).toContain(path.slice("node_modules/".length));
    for (const name of ["vitest", "@biomejs/biome", "dependency-cruiser"]) expect(named).not.toContain(name);
  });
});
