import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minutes, seconds } from "../../../src/base/duration.ts";
import { ClusterError } from "../errors.ts";
import { run } from "../lib/run.ts";
import { waitUntil } from "../lib/wait.ts";
import type { Layout } from "./layout.ts";
import { inside, readNodeRecord } from "./namespaces.ts";

async function ctr(layout: Layout, args: readonly string[]): Promise<string> {
  const record = readNodeRecord(layout);
  if (!record) throw new ClusterError("missing", `cluster ${layout.name} is not up`);
  const [program = "", ...rest] = inside(record.init);
  return run(program, [...rest, "ctr", "-a", layout.containerdSocket, "-n", "k8s.io", ...args], {
    deadline: minutes(2),
  });
}

/** Imports every image of an archive (docker or OCI layout) into the node. */
export async function importImages(layout: Layout, archive: string): Promise<void> {
  const answers = (): Promise<boolean> => ctr(layout, ["version"]).then(() => true);
  await waitUntil("containerd answers", answers, { deadline: seconds(30) });
  await ctr(layout, ["images", "import", archive]);
  await nameByDigest(layout);
}

/** A name with the digest as well, as pulled images have: pods may ask for it, and it is told of what runs. */
async function nameByDigest(layout: Layout): Promise<void> {
  for (const line of (await ctr(layout, ["images", "ls"])).split("\n")) {
    const [name = "", , digest = ""] = line.trim().split(/\s+/);
    if (!/^localhost\/[^@]+:[^@/]+$/.test(name) || !digest.startsWith("sha256:")) continue;
    await ctr(layout, ["images", "tag", "--force", name, `${name.replace(/:[^:]*$/, "")}@${digest}`]);
  }
}

/** Imports an archive, or an image of the machine's own buildah store by its tag. */
export async function loadImage(layout: Layout, archiveOrTag: string): Promise<void> {
  if (existsSync(archiveOrTag)) return importImages(layout, archiveOrTag);
  const folder = mkdtempSync(join(tmpdir(), "bascule-image-"));
  try {
    const archive = join(folder, "image.tar");
    await run("buildah", ["push", archiveOrTag, `docker-archive:${archive}:${archiveOrTag}`], {
      deadline: minutes(5),
    });
    await importImages(layout, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
