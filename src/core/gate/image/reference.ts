/** An image reference in its parts, with what is left out filled in as container runtimes do. */
export interface ImageReference {
  readonly registry: string;
  readonly path: string;
  readonly digest?: string;
}

const DIGEST = /@(sha256:[0-9a-f]{64})$/;

/** Reads `[registry/]path[:tag][@digest]`. */
export function readReference(image: string): ImageReference {
  const digest = DIGEST.exec(image)?.[1];
  const named = image.replace(/@.*$/, "");
  const [first = "", ...rest] = named.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = hasRegistry ? first : "docker.io";
  const tagged = hasRegistry ? rest.join("/") : named;
  const path = tagged.replace(/:[^/]*$/, "");
  const whole = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return { registry, path: whole, ...(digest === undefined ? {} : { digest }) };
}

/** The digest in a container's `imageID`, which some runtimes give with a scheme, and without a registry for loaded images. */
export function runningDigest(imageID: string | undefined): string | undefined {
  return imageID === undefined ? undefined : DIGEST.exec(imageID)?.[1];
}

/**
 * Whether a reference lies in a registry, or below a path of it. A leading `*.` stands for exactly one label;
 * anything else is taken literally, and paths end at a slash: `example.com/shop` is not `example.com/shopping`.
 */
export function isWithin({ registry, path }: ImageReference, allowed: string): boolean {
  const [host = "", ...below] = allowed.replace(/\/+$/, "").split("/");
  if (!hostMatches(registry.toLowerCase(), host.toLowerCase())) return false;
  const prefix = below.join("/");
  return prefix === "" || path === prefix || path.startsWith(`${prefix}/`);
}

function hostMatches(host: string, allowed: string): boolean {
  if (!allowed.startsWith("*.")) return host === allowed;
  const rest = allowed.slice(1);
  return host.endsWith(rest) && /^[^.]+$/.test(host.slice(0, -rest.length));
}
