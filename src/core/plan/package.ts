/** `spec.package` of a plan: the entry for GitOps, which makes a Release each time that its hash changes. */
import type { PackageSpec } from "../../api/common.ts";
import type { Release } from "../../api/release.ts";
import type { ReleasePlan, ReleasePlanStatus } from "../../api/release-plan.ts";
import { digestOf } from "../../base/json.ts";
import type { Output } from "./decision.ts";
import type { Observed } from "./observed.ts";

/** Makes the Release of a package that has not acted yet, and for no other reason. */
export function releasePackage(observed: Observed, status: ReleasePlanStatus, out: Output): void {
  const { metadata } = observed.plan;
  const due = duePackage(observed.plan, status);
  if (due === undefined || observed.planProblem !== undefined || metadata.deletionTimestamp !== undefined)
    return;
  if (isMade(observed, due.name)) return;
  out.intents.push({
    kind: "createRelease",
    key: `${metadata.uid ?? metadata.name}/package/${due.name}`,
    name: due.name,
    package: due.package,
  });
}

/** Once its Release exists, a package has acted, and does not act again until another one did. */
export function rememberPackage(observed: Observed, status: ReleasePlanStatus): ReleasePlanStatus {
  const due = duePackage(observed.plan, status);
  if (due === undefined || !isMade(observed, due.name)) return status;
  const { hash, name, turn } = due;
  return { ...status, packageHash: hash, packageRelease: name, packageTurn: turn };
}

/** The release that the plan's present package made, when it ended badly. */
export function failedPackage(observed: Observed, status: ReleasePlanStatus): Release | undefined {
  const pkg = observed.plan.spec.package;
  if (pkg === undefined || status.packageHash !== digestOf(pkg)) return undefined;
  const release = observed.releases.find((r) => r.metadata.name === status.packageRelease);
  return BAD.has(release?.status?.phase) ? release : undefined;
}

const BAD: ReadonlySet<string | undefined> = new Set(["Failed", "Reverted", "RevertFailed"]);

const isMade = (observed: Observed, name: string): boolean =>
  observed.releases.some((r) => r.metadata.name === name);

interface DuePackage {
  readonly package: PackageSpec;
  readonly hash: string;
  readonly name: string;
  readonly turn: number;
}

/** The package that is to act next; none while the present one has acted. */
function duePackage(plan: ReleasePlan, status: ReleasePlanStatus): DuePackage | undefined {
  const pkg = plan.spec.package;
  if (pkg === undefined) return undefined;
  const hash = digestOf(pkg);
  if (status.packageHash === hash) return undefined;
  const turn = (status.packageTurn ?? 0) + 1;
  return { package: pkg, hash, name: packageReleaseName(plan.metadata.name, pkg, turn), turn };
}

/**
 * `<plan>-<version>-<hash>` as a DNS label of at most 63 characters. A release name runs once, so a package that is
 * put in again after another one needs a name of its own: the turn is part of the hash.
 */
export function packageReleaseName(plan: string, pkg: PackageSpec, turn: number): string {
  const hash = digestOf({ package: pkg, turn }).slice(7, 15);
  const version = pkg.version
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `${plan.slice(0, 40)}-${version.slice(0, 12)}-${hash}`.replace(/--+/g, "-");
}
