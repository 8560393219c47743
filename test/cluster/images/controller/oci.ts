import { createHash } from "node:crypto";
import { linkSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as content from "../../../../image/content.ts";
import { digestOf } from "./layers.ts";

const OCI = "application/vnd.oci.image";

/** The image's configuration: how a container starts. */
export const configOf = (layers: readonly string[]): Readonly<Record<string, unknown>> => ({
  architecture: process.arch === "x64" ? "amd64" : process.arch,
  os: "linux",
  config: {
    User: content.USER,
    WorkingDir: content.APP,
    Entrypoint: content.ENTRYPOINT,
    Env: Object.entries(content.ENVIRONMENT).map(([name, value]) => `${name}=${value}`),
  },
  rootfs: { type: "layers", diff_ids: layers },
});

/** Writes an image of these layers (tar files, which may be linked into it) as an OCI layout. */
export async function writeLayout(layout: string, tag: string, layers: readonly string[]): Promise<void> {
  const blobs = join(layout, "blobs", "sha256");
  mkdirSync(blobs, { recursive: true });
  const descriptors = [];
  for (const layer of layers) {
    const digest = await digestOf(layer);
    // Linked, not copied: it is hundreds of megabytes.
    linkSync(layer, join(blobs, digest.slice("sha256:".length)));
    descriptors.push({ mediaType: `${OCI}.layer.v1.tar`, digest, size: statSync(layer).size });
  }
  const put = (mediaType: string, value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value));
    const hash = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: bytes.length };
  };
  const config = put(`${OCI}.config.v1+json`, configOf(descriptors.map(({ digest }) => digest)));
  const type = `${OCI}.manifest.v1+json`;
  const manifest = put(type, { schemaVersion: 2, mediaType: type, config, layers: descriptors });
  const named = { ...manifest, annotations: { "org.opencontainers.image.ref.name": tag } };
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [named] }));
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
}
