import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClusterError } from "../errors.ts";

type Descriptor = {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
};
type Index = { readonly manifests: readonly Descriptor[] };
type Manifest = { readonly config: Descriptor };
type Config = { readonly config?: { readonly Env?: readonly string[] } };

const NAME = "org.opencontainers.image.ref.name";

const blobPath = (layout: string, digest: string): string => join(layout, "blobs", ...digest.split(":"));

function readBlob<T>(layout: string, digest: string): T {
  return JSON.parse(readFileSync(blobPath(layout, digest), "utf8")) as T;
}

function writeBlob(layout: string, value: unknown): { readonly digest: string; readonly size: number } {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  writeFileSync(blobPath(layout, digest), bytes);
  return { digest, size: bytes.length };
}

/**
 * Adds an image to an OCI layout that is another one of it with more environment: a configuration and a manifest of
 * a few hundred bytes, with the very same layers. @throws ClusterError `failed` when the base is not in the layout.
 */
export function deriveImage(
  layout: string,
  base: string,
  tag: string,
  environment: Readonly<Record<string, string>>,
): void {
  const file = join(layout, "index.json");
  const index = JSON.parse(readFileSync(file, "utf8")) as Index;
  const found = index.manifests.find((descriptor) => descriptor.annotations?.[NAME] === base);
  if (!found) throw new ClusterError("failed", `${base} is not in ${layout}; it has to come before ${tag}`);
  const manifest = readBlob<Manifest>(layout, found.digest);
  const config = readBlob<Config>(layout, manifest.config.digest);
  const names = new Set(Object.keys(environment));
  const inherited = (config.config?.Env ?? []).filter((entry) => !names.has(entry.split("=")[0] ?? ""));
  const Env = [...inherited, ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)];
  const ownConfig = writeBlob(layout, { ...config, config: { ...config.config, Env } });
  const own = writeBlob(layout, { ...manifest, config: { ...manifest.config, ...ownConfig } });
  const descriptor: Descriptor = { ...found, ...own, annotations: { ...found.annotations, [NAME]: tag } };
  const others = index.manifests.filter((entry) => entry.annotations?.[NAME] !== tag);
  writeFileSync(file, JSON.stringify({ ...index, manifests: [...others, descriptor] }));
}
