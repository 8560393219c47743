import { randomBytes } from "node:crypto";
import { seconds } from "../../base/duration.ts";
import { type CrdObject, ensureCrds } from "../../kube/crds.ts";
import { SECRETS } from "../../kube/secret.ts";
import { CliFailure } from "../cli-failure.ts";
import type { Cluster } from "../cluster.ts";
import { typeOfManifest } from "./kinds.ts";
import type { Manifest } from "./render.ts";
import { PASSPHRASE_SECRET } from "./settings.ts";

export interface ApplyOptions {
  /** Take fields over that somebody else manages. */
  readonly force: boolean;
  readonly signal: AbortSignal;
  readonly onApplied?: (object: Manifest) => void;
}

/**
 * Applies an installation by server-side apply, definitions first, and waits until these are served: what comes after them may be of
 * their kinds. Doing it again changes nothing. @throws KubeError, CliFailure with the object that was refused
 */
export async function applyManifests(
  cluster: Cluster,
  manifests: readonly Manifest[],
  options: ApplyOptions,
): Promise<void> {
  const { client, clock } = cluster;
  const { force, signal, onApplied } = options;
  const isCrd = ({ kind }: Manifest): boolean => kind === "CustomResourceDefinition";
  const apply = async (object: Manifest): Promise<void> => {
    const write = { force, signal, fieldValidation: "Strict", deadline: seconds(30) } as const;
    const applied = await client.apply(typeOfManifest(object), object, write);
    if (!applied.ok) throw refusal(`${object.kind} ${object.metadata.name}`, applied.error, force);
    onApplied?.(object);
  };
  for (const object of manifests.filter(({ kind }) => kind === "Namespace")) await apply(object);
  const crds = manifests.filter(isCrd);
  const ready = await ensureCrds(crds as readonly CrdObject[], { client, clock, force, signal });
  if (!ready.ok) throw refusal("definitions", ready.error, force);
  for (const crd of crds) onApplied?.(crd);
  for (const object of manifests.filter((o) => o.kind !== "Namespace" && !isCrd(o))) await apply(object);
}

function refusal(what: string, error: Error & { readonly kind?: string }, force: boolean): Error {
  if (error.kind !== "conflict" || force) return error;
  return new CliFailure(
    `${what}: ${error.message}; to take these fields over, install with --force`,
    undefined,
    error,
  );
}

/**
 * Makes the Secret with the passphrase of Pulumi's state where there is none. One that is there stays as it is: with another passphrase
 * the state could not be read any more. @returns whether it was made now
 */
export async function ensurePassphrase(
  { client }: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<boolean> {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: PASSPHRASE_SECRET,
      namespace,
      labels: { "app.kubernetes.io/part-of": "bascule" },
    },
    type: "Opaque",
    // Nothing by mistake takes its place: the way to change it is to delete it, and the state with it.
    immutable: true,
    stringData: { passphrase: randomBytes(24).toString("base64") },
  };
  const made = await client.create(SECRETS, secret, { signal, deadline: seconds(15) });
  if (made.ok) return true;
  if (made.error.kind === "alreadyExists") return false;
  throw made.error;
}
