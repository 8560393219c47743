import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { productionNames } from "./packages.ts";

const ROOT = join(import.meta.dirname, "..");

/** A CycloneDX document as far as it is cut down. */
interface Bom {
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly { readonly "bom-ref": string }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The bill of materials of the image's packages. `npm sbom --omit dev` would leave out what packages of development depend on as well,
 * so it is asked for everything, from the lock file alone, and the rest is taken out here.
 */
export function renderSbom(): Bom {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const options = { cwd: ROOT, encoding: "utf8", timeout: 60_000, maxBuffer: 2 ** 26 } as const;
  const whole = JSON.parse(
    execFileSync("npm", args, { ...options, stdio: ["ignore", "pipe", "ignore"] }),
  ) as Bom;
  const kept = productionNames(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  const stays = (ref: string): boolean => kept.has(ref) || ref === whole.metadata.component["bom-ref"];
  return {
    ...whole,
    components: whole.components.filter((component) => stays(component["bom-ref"])),
    dependencies: whole.dependencies
      .filter(({ ref }) => stays(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(stays) })),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  process.stdout.write(`${JSON.stringify(renderSbom(), undefined, 2)}\n`);
