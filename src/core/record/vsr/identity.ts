import type { Release } from "../../../api/release.ts";
import type { VsrIdentity } from "./report.ts";
import { safeLine, safeMember } from "./safe-text.ts";

/** Members of the change data that are shown; they are free in form, so only simple ones can be. */
const MOST_CHANGE_MEMBERS = 20;
const LONGEST_CHANGE_MEMBER = 1_024;

/** What was released, from where it was frozen at the start, else from the spec. */
export function identityOf({ metadata, spec, status }: Release): VsrIdentity {
  const frozen = status?.frozen;
  const { version, image, images } = frozen?.package ?? spec.package;
  const named = images ?? (image === undefined ? {} : { "": image });
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? "default",
    plan: spec.planRef.name,
    ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    ...(status?.sequence === undefined ? {} : { sequence: status.sequence }),
    version: safeLine(version),
    images: Object.fromEntries(Object.entries(named).map(([name, i]) => [safeLine(name), safeLine(i)])),
    ...safeMember("packageDigest", frozen?.packageDigest),
    ...safeMember("program", frozen?.program),
    ...safeMember("programDigest", frozen?.programDigest),
    ...safeMember("frozenHash", frozen?.hash),
    ...safeMember("slot", status?.slot),
    dryRun: spec.dryRun === true,
    ...(metadata.creationTimestamp === undefined ? {} : { createdAt: metadata.creationTimestamp }),
    ...(status?.startedAt === undefined ? {} : { startedAt: status.startedAt }),
    ...(status?.finishedAt === undefined ? {} : { finishedAt: status.finishedAt }),
    change: changeOf(spec.change),
  };
}

function changeOf(change: Readonly<Record<string, unknown>> | undefined): VsrIdentity["change"] {
  return Object.entries(change ?? {})
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .slice(0, MOST_CHANGE_MEMBERS)
    .map(([name, value]) => [
      safeLine(name),
      // Masked together with its name, which may be what tells that it is a secret.
      safeLine(`${name}: ${String(value)}`)
        .slice(safeLine(name).length + 1)
        .trim()
        .slice(0, LONGEST_CHANGE_MEMBER),
    ]);
}
