import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { chartFiles } from "../../../image/chart.ts";
import * as content from "../../../image/content.ts";
import { generatedImageFiles } from "../../../image/generated-files.ts";
import { namespacedFiles } from "../../../image/namespaced.ts";
import { productionPackages } from "../../../image/packages.ts";
import { readManifests } from "../../../src/cli/compose/manifests.ts";
import { FAMILIES } from "../../cluster/programs/families.ts";

const ROOT = join(import.meta.dirname, "../../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const packageJson = JSON.parse(textOf("package.json"));
const images = generatedImageFiles();

describe("what is delivered", () => {
  it("is generated from the sources as they are", async () => {
    const manifests = await readManifests();
    for (const [path, text] of [...images, ...chartFiles(manifests), ...namespacedFiles(manifests)])
      expect(textOf(path) === text, `${path}: run "make generate"`).toBe(true);
    expect(statSync(join(ROOT, "image/build-with-buildah.sh")).mode & 0o111).toBe(0o111);
  });

  it("is listed whole in the kustomization", () => {
    const below = (folder: string): readonly string[] =>
      readdirSync(join(ROOT, "manifests", folder), { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".yaml"))
        .map((name) => `${folder}/${name}`);
    const { resources } = parse(textOf("manifests/kustomization.yaml"));
    expect([...resources].sort()).toEqual([...below("crds"), ...below("install")].sort());
  });

  it("has one version everywhere", async () => {
    const manifests = await readManifests();
    const deployment = manifests.find(({ kind }) => kind === "Deployment");
    expect(JSON.stringify(deployment)).toContain(`bascule:${packageJson.version}`);
    expect(parse(textOf("charts/bascule/Chart.yaml")).version).toBe(packageJson.version);
  });
});

describe("the image", () => {
  it("holds the versions that the sources are made for", () => {
    expect(content.VERSIONS.node).toBe(packageJson.devDependencies.node);
    expect(content.VERSIONS.pulumi).toBe(packageJson.dependencies["@pulumi/pulumi"]);
    const stamps = FAMILIES.flatMap((family) => Object.values(family.stamps));
    expect(stamps).toContain(`v${content.VERSIONS.pulumi}`);
    expect(stamps).toContain(content.VERSIONS.provider);
  });

  it.each(["image/Dockerfile", "image/build-with-buildah.sh"])("has all of its content in %s", (path) => {
    const text = images.get(path) ?? "";
    for (const program of content.PROGRAMS) expect(text).toContain(`${content.BIN}/${program}`);
    for (const source of content.SOURCES) expect(text).toMatch(new RegExp(`\\b${source}\\b`));
    for (const file of [...Object.keys(content.FILES), content.CERTIFICATES, ...content.WRITABLE])
      expect(text).toContain(file);
    for (const [name, value] of Object.entries(content.ENVIRONMENT))
      expect(text).toContain(`${name}=${value}`);
    expect(text).toContain(JSON.stringify(content.ENTRYPOINT));
    expect(text).toContain(content.USER);
    expect(text).toContain("npm ci --omit=dev");
  });

  it("holds no package that is needed for development only", () => {
    const packages = productionPackages(textOf("package-lock.json"));
    for (const name of Object.keys(packageJson.dependencies))
      expect(packages).toContain(`node_modules/${name}`);
    // Types and TypeScript itself are asked for by packages of production as well.
    for (const name of ["@biomejs/biome", "dependency-cruiser", "fast-check", "node", "vitest"])
      expect(packages, name).not.toContain(`node_modules/${name}`);
  });
});
