import type { PackageSpec } from "../api/common.ts";
import { API_VERSION } from "../api/object.ts";
import type { Release } from "../api/release.ts";
import { usageFailure } from "./cli-failure.ts";
import { codeOf } from "./code-of.ts";

/** What `release` and `plan` say about the package. */
export interface PackageOptions {
  readonly image?: readonly string[];
  readonly version?: string;
  readonly name?: string;
  readonly valuesFile?: string;
}

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/**
 * Builds the package: one image, or `container=image` for each of several; the version is the image's tag by default.
 * @throws CliFailure (usage) that names the option
 */
export function readPackage(
  options: PackageOptions,
  values?: Readonly<Record<string, unknown>>,
): PackageSpec {
  const images = options.image ?? [];
  if (images.length === 0) throw usageFailure("--image: name the image to release, best by digest");
  const named = images.map(readImage);
  const several = named.length > 1 || named[0]?.container !== undefined;
  const nameless = named.find((i) => i.container === undefined);
  if (several && nameless !== undefined)
    throw usageFailure(`--image ${nameless.image}: with several images write each as <container>=<image>`);
  const version = options.version ?? tagOf(named[0]?.image ?? "");
  if (version === undefined)
    throw usageFailure("--version: the image has no tag to take the version from; name the version");
  if (!VERSION.test(version))
    throw usageFailure(`--version: "${version}" is no version; use letters, digits, ".", "_", "+" and "-"`);
  return {
    version,
    ...(several
      ? { images: Object.fromEntries(named.map((i) => [i.container ?? "", i.image])) }
      : { image: named[0]?.image ?? "" }),
    ...(values === undefined ? {} : { values: { ...values } }),
  };
}

function readImage(text: string): { readonly container?: string; readonly image: string } {
  const [first = "", ...rest] = text.split("=");
  const found = rest.length === 0 ? { image: first } : { container: first, image: rest.join("=") };
  if (!/^\S+$/.test(found.image) || found.container === "")
    throw usageFailure(`--image: "${text}" is no image; write <image> or <container>=<image>`);
  return found;
}

/** The tag of an image reference; undefined for one by digest alone. */
export function tagOf(image: string): string | undefined {
  const name = image.split("@", 1)[0] ?? "";
  return /:([A-Za-z0-9_][A-Za-z0-9._-]{0,127})$/.exec(name.slice(name.lastIndexOf("/") + 1))?.[1];
}

/** `<plan>-<version>` as a DNS label of at most 63 characters. */
export const releaseName = (plan: string, version: string): string =>
  `${plan}-${version}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-|-+$/g, "");

/** A new release of a plan. */
export const newRelease = (
  at: { namespace: string; plan: string; name: string },
  pkg: PackageSpec,
): Release => ({
  apiVersion: API_VERSION,
  kind: "Release",
  metadata: { name: at.name, namespace: at.namespace },
  spec: { planRef: { name: at.plan }, package: pkg },
});

/** Reads a file of values, YAML or JSON. @throws CliFailure (usage) when it holds no mapping */
export async function readValues(
  path: string,
  readText: (path: string) => Promise<string>,
): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readText(path);
  } catch (cause) {
    throw usageFailure(`--values-file: ${path} can't be read (${codeOf(cause)})`, cause);
  }
  const { parse } = await import("yaml");
  let values: unknown;
  try {
    values = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n", 1)[0] ?? "") : "";
    throw usageFailure(`--values-file: ${path} is no YAML: ${why}`, cause);
  }
  if (typeof values !== "object" || values === null || Array.isArray(values))
    throw usageFailure(`--values-file: ${path} must hold a mapping of values, such as "port: 8080"`);
  return values as Record<string, unknown>;
}
