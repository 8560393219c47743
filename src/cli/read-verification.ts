import { API_VERSION, type ObjectMeta } from "../api/object.ts";
import type { Verification } from "../api/verification.ts";
import { usageFailure } from "./cli-failure.ts";

export interface VerificationFile {
  /** As it is named in messages. */
  readonly path: string;
  readonly text: string;
  /** `--service`. */
  readonly service?: string;
  /** `--namespace`, where it was given. */
  readonly namespace?: string;
}

/** What is sent to the API server, which checks the rest; without a name it gives one. */
export type NewVerification = Pick<Verification, "apiVersion" | "kind" | "spec"> & {
  readonly metadata: Partial<ObjectMeta>;
};

const GENERATED = "verify-";

/**
 * Reads a Verification; a mapping with `target` and `checks`, which are the members of its spec; or a list of checks,
 * for which `--service` says what is verified. YAML or JSON. @throws CliFailure (usage) that says what is wrong
 */
export async function readVerification(file: VerificationFile): Promise<NewVerification> {
  const { path, service } = file;
  const read = await parseOne(file);
  const listed = Array.isArray(read) ? { checks: read } : read;
  if (!isMapping(listed))
    throw usageFailure(`-f ${path}: must hold a Verification, or a mapping with target and checks`);
  const { metadata, spec } = "kind" in listed ? objectOf(file, listed) : { metadata: {}, spec: listed };
  const target = isMapping(spec.target) ? spec.target : {};
  const withTarget = service === undefined ? spec : { ...spec, target: { ...target, service } };
  if (!isMapping(withTarget.target))
    throw usageFailure(`-f ${path}: target.service is missing; write it there, or give --service`);
  if (!Array.isArray(withTarget.checks) || withTarget.checks.length === 0)
    throw usageFailure(`-f ${path}: checks must be a list of at least one check`);
  if (withTarget.releaseRef !== undefined)
    throw usageFailure(
      `-f ${path}: releaseRef: only a release ends the Verifications of a release; leave it out`,
    );
  const named = metadata.name === undefined && metadata.generateName === undefined;
  return {
    apiVersion: API_VERSION,
    kind: "Verification",
    metadata: { ...metadata, ...(named ? { generateName: GENERATED } : {}) },
    spec: withTarget as unknown as Verification["spec"],
  };
}

type Mapping = Readonly<Record<string, unknown>>;
const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function parseOne({ path, text }: VerificationFile): Promise<unknown> {
  const { parseAllDocuments } = await import("yaml");
  const documents = [...parseAllDocuments(text)];
  if (documents.length !== 1)
    throw usageFailure(`-f ${path}: holds ${documents.length} documents; give one Verification`);
  const [document] = documents;
  const problem = document?.errors[0];
  if (problem !== undefined)
    throw usageFailure(`-f ${path}: is no YAML: ${problem.message.split("\n", 1)[0] ?? ""}`);
  try {
    return document?.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw usageFailure(`-f ${path}: is no YAML: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
}

function objectOf(
  { path, namespace }: VerificationFile,
  object: Mapping,
): { readonly metadata: Partial<ObjectMeta>; readonly spec: Mapping } {
  const { apiVersion, kind, metadata = {}, spec } = object;
  if (kind !== "Verification" || apiVersion !== API_VERSION)
    throw usageFailure(
      `-f ${path}: is ${String(apiVersion)} ${String(kind)}; give a ${API_VERSION} Verification`,
    );
  if (!isMapping(metadata) || !isMapping(spec))
    throw usageFailure(`-f ${path}: metadata and spec are mappings`);
  const meta: Partial<ObjectMeta> = metadata;
  if (namespace !== undefined && meta.namespace !== undefined && meta.namespace !== namespace)
    throw usageFailure(
      `-f ${path}: metadata.namespace is ${meta.namespace} and --namespace ${namespace}; leave one out`,
    );
  return { metadata: meta, spec };
}
