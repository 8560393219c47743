import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { BIN, CERTIFICATES, type Program } from "../../../../image/content.ts";
import { withLock } from "../../lib/lock.ts";
import type { Progress } from "../../lib/progress.ts";
import { run } from "../../lib/run.ts";
import { cacheKey, cacheRoot } from "../../programs/cache-key.ts";
import { readPrograms } from "../../programs.ts";
import { digestOf, packApp, packBase } from "./layers.ts";
import { writeLayout } from "./oci.ts";

/** Folders that an image is made of. */
export interface ImageSources {
  /** With the controller's sources. */
  readonly folder: string;
  /** With package-lock.json and the node_modules that it names. */
  readonly dependencies: string;
}

/** An image of a controller, as an archive that `Cluster.loadImage` takes. */
export interface ControllerImage {
  /** Named after the content, so that other sources are another image. */
  readonly tag: string;
  /** Writes the archive, hands its path on, and removes it: half a gigabyte. */
  withArchive(use: (archive: string) => Promise<void>): Promise<void>;
}

/** The programs of the local cluster, by their names in the image. */
function programs(): Readonly<Record<Program, string>> {
  const { pulumi, pulumiKubernetes } = readPrograms();
  return { node: process.execPath, pulumi, "pulumi-resource-kubernetes": pulumiKubernetes };
}

/** The layer of programs and dependencies; made once for each set of them. */
async function baseLayer(work: string, dependencies: string, progress: Progress): Promise<string> {
  const image = join(import.meta.dirname, "../../../../image");
  const key = cacheKey({
    content: readFileSync(join(image, "content.ts")),
    packages: readFileSync(join(image, "packages.ts")),
    lock: readFileSync(join(dependencies, "package-lock.json")),
    layers: readFileSync(join(import.meta.dirname, "layers.ts")),
    certificates: readFileSync(CERTIFICATES),
    programs: JSON.stringify([programs(), process.version, BIN]),
  });
  const target = join(cacheRoot(), "images", `controller-base-${key}.tar`);
  mkdirSync(dirname(target), { recursive: true });
  const make = async (): Promise<void> => {
    const unfinished = join(work, "base.tar");
    await packBase(unfinished, mkdtempSync(join(work, "base-")), dependencies, programs());
    renameSync(unfinished, target);
  };
  await withLock(`${target}.lock`, async () => {
    if (!existsSync(target)) await progress.step("controller's image: programs and dependencies", make);
  });
  return target;
}

/** The image of the controller as these sources have it, with the layout that Dockerfile and buildah script make. */
export async function controllerImage(
  { folder, dependencies }: ImageSources,
  progress: Progress,
  use: (image: ControllerImage) => Promise<void>,
): Promise<string> {
  // Beside the cache, not in /tmp: layers are linked, and a link stays on one file system.
  mkdirSync(cacheRoot(), { recursive: true });
  const work = mkdtempSync(join(cacheRoot(), "controller-image-"));
  try {
    const base = await baseLayer(work, dependencies, progress);
    const app = join(work, "app.tar");
    await packApp(app, mkdtempSync(join(work, "app-")), folder);
    const tag = `localhost/bascule:${cacheKey({ base, app: await digestOf(app) })}`;
    const withArchive = async (take: (archive: string) => Promise<void>): Promise<void> => {
      const [layout, archive] = [join(work, "layout"), join(work, "image.tar")];
      await writeLayout(layout, tag, [base, app]);
      await run("tar", ["-C", layout, "-cf", archive, "."]);
      await take(archive);
    };
    await use({ tag, withArchive });
    return tag;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
