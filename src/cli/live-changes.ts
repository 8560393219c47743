import type { PackageSpec } from "../api/common.ts";
import type { Release } from "../api/release.ts";
import type { Live } from "../api/release-plan.ts";
import { mergedValues, packageDigest } from "../core/plan/freeze.ts";
import type { Observed } from "../core/plan/observed.ts";
import { diffValues, type ValueChange } from "./value-diff.ts";

/** What differs from what is live. */
export interface Changes {
  /** What it was compared with, for people. */
  readonly against: string;
  readonly fields: readonly ValueChange[];
}

/** Compares package, values and program with the release that is live. */
export function changesFromLive(observed: Observed, release: Release, live: Live): Changes {
  if (live === "none") return { against: "nothing is live yet", fields: [] };
  if (live === "adopted") return { against: "the Service from before Bascule is live", fields: [] };
  const occupant = observed.plan.status?.slots?.[live];
  const before = observed.releases.find((r) => r.metadata.name === occupant?.release)?.status?.frozen;
  const program = observed.programs[release.metadata.name];
  const { stack, capacity } = observed.plan.spec;
  const programFields = [
    ...diffValues("program", before?.program, before === undefined ? undefined : stack.program.name),
    ...(program?.ok === true ? diffValues("program digest", occupant?.programDigest, program.digest) : []),
  ];
  if (before === undefined) {
    const same = occupant?.packageDigest === packageDigest(observed.plan, release);
    const note = same ? "package and values are the same" : "package or values differ";
    return {
      against: `${occupant?.release ?? live}, whose object is gone: ${note}`,
      fields: programFields,
    };
  }
  return {
    against: `${occupant?.release ?? live} on ${live}`,
    fields: [
      ...diffValues("version", before.package.version, release.spec.package.version),
      ...diffValues("image", imagesOf(before.package), imagesOf(release.spec.package)),
      ...diffValues("values", before.values ?? {}, mergedValues(observed.plan, release)),
      ...programFields,
      ...diffValues("replicas", before.replicas, capacity.replicas),
      ...diffValues("serviceAccountName", before.serviceAccountName, stack.serviceAccountName),
    ],
  };
}

const imagesOf = (pkg: PackageSpec): unknown => pkg.images ?? pkg.image;
