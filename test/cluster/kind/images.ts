import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { minutes } from "../../../src/base/duration.ts";
import type { ClusterName } from "../addresses.ts";
import { IMAGE_USER, type Image, imagesOf } from "../images/catalogue.ts";
import { copyFiles } from "../images/files.ts";
import { run } from "../lib/run.ts";
import { kindName } from "./config.ts";

const SHOP = join(import.meta.dirname, "..", "images", "shop", "server.ts");
/** kind's node has a pause image of its own. */
const WITHOUT = "localhost/pause:1";

/** Who has Docker has a registry: bases come from there, so that the host's own programs need not be Linux ones. */
const BASES: Readonly<Record<string, string>> = {
  "localhost/node:24": "FROM node:24-bookworm-slim\nRUN ln -s /usr/local/bin/node /usr/bin/node\n",
  "localhost/busybox:1": "FROM busybox:1.36-musl\n",
};

/** The catalogue's entry as a Dockerfile; `files` is the folder beside it that becomes the root. */
export function renderDockerfile(image: Image): string {
  const { base = "scratch", files, environment = {}, entrypoint, workingDir } = image;
  const start = BASES[image.tag];
  return [
    start ? start.trimEnd() : `FROM ${base}`,
    ...(files && !start ? ["COPY --chown=0:0 files/ /"] : []),
    ...Object.entries(environment).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
    `USER ${IMAGE_USER}`,
    ...(workingDir ? [`WORKDIR ${workingDir}`] : []),
    ...(entrypoint?.length ? [`ENTRYPOINT ${JSON.stringify(entrypoint)}`] : []),
    "",
  ].join("\n");
}

async function build(image: Image): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bascule-docker-"));
  try {
    if (image.files && !BASES[image.tag]) await copyFiles(join(folder, "files"), image.files);
    writeFileSync(join(folder, "Dockerfile"), renderDockerfile(image));
    await run("docker", ["build", "-q", "-t", image.tag, folder], { deadline: minutes(5) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the same images with Docker and loads them in one go, so that shared layers travel once. */
export async function loadKindImages(kind: string, name: ClusterName): Promise<void> {
  const images = imagesOf(process.execPath, SHOP).filter((image) => image.tag !== WITHOUT);
  for (const image of images) await build(image);
  const tags = images.map((image) => image.tag);
  await run(kind, ["load", "docker-image", "--name", kindName(name), ...tags], {
    deadline: minutes(5),
  });
}
