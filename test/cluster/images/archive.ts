import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { minutes } from "../../../src/base/duration.ts";
import { withLock } from "../lib/lock.ts";
import type { Progress } from "../lib/progress.ts";
import { run } from "../lib/run.ts";
import { cacheKey, cacheRoot } from "../programs/cache-key.ts";
import { IMAGE_USER, type Image, imagesOf } from "./catalogue.ts";
import { deriveImage } from "./derive.ts";
import { copyFiles } from "./files.ts";

const SHOP = join(import.meta.dirname, "shop", "server.ts");

/** Where the archive of all images lies; the name changes with everything that goes into them. */
export function archivePath(): string {
  const images = imagesOf(process.execPath, SHOP);
  const sources = ["archive.ts", "derive.ts", "files.ts", "catalogue.ts"].map((file) =>
    join(import.meta.dirname, file),
  );
  const small = [SHOP, "/usr/bin/catatonit", "/bin/busybox", ...sources];
  const key = cacheKey({
    images: JSON.stringify({ images, node: process.version, arch: process.arch }),
    ...Object.fromEntries(small.map((file) => [file, readFileSync(file)])),
  });
  return join(cacheRoot(), "images", `${key}.tar`);
}

/** buildah with a store of its own, which is removed afterwards: nothing is left in the machine's. */
function storeAt(folder: string): (args: readonly string[]) => Promise<string> {
  const store = [
    "--root",
    join(folder, "store"),
    "--runroot",
    join(folder, "run"),
    "--storage-driver",
    "vfs",
  ];
  return (args) => run("buildah", [...store, ...args], { deadline: minutes(5) });
}

async function buildImage(
  buildah: (args: readonly string[]) => Promise<string>,
  folder: string,
  image: Image,
): Promise<void> {
  const container = (await buildah(["from", "--pull-never", image.base ?? "scratch"])).trim();
  if (image.files) {
    const root = mkdtempSync(join(folder, "files-"));
    await copyFiles(root, image.files);
    await buildah(["copy", "--chown", "0:0", container, root, "/"]);
  }
  const { entrypoint, environment = {}, workingDir } = image;
  await buildah([
    "config",
    ...["--user", IMAGE_USER],
    ...(entrypoint ? ["--entrypoint", JSON.stringify(entrypoint)] : []),
    ...(workingDir ? ["--workingdir", workingDir] : []),
    ...Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    container,
  ]);
  await buildah(["commit", "--rm", container, image.tag]);
}

/**
 * One archive (OCI layout) with all images. Variants are derived in the layout itself, so that the 130 MB of Node
 * are built, stored and imported once.
 */
async function build(target: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bascule-images-"));
  try {
    const buildah = storeAt(folder);
    const layout = join(folder, "layout");
    for (const image of imagesOf(process.execPath, SHOP)) {
      if (image.base && !image.files) {
        deriveImage(layout, image.base, image.tag, image.environment ?? {});
        continue;
      }
      await buildImage(buildah, folder, image);
      await buildah(["push", image.tag, `oci:${layout}:${image.tag}`]);
    }
    await run("tar", ["-C", layout, "-cf", `${target}.unfinished`, "."]);
    renameSync(`${target}.unfinished`, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(`${target}.unfinished`, { force: true });
  }
}

/** The path of the archive of all images; builds it when anything that goes into it has changed. */
export async function ensureImages(progress: Progress): Promise<string> {
  const target = archivePath();
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target)) {
    await withLock(`${target}.lock`, async () => {
      if (!existsSync(target)) await progress.step("build images", () => build(target));
    });
  }
  return target;
}
