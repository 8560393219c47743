import type { Release } from "../api/release.ts";
import type { ReleasePlan } from "../api/release-plan.ts";
import { CliFailure, usageFailure } from "./cli-failure.ts";
import type { Cluster } from "./cluster.ts";
import { PLANS, RELEASES } from "./resource-types.ts";

/** Reads a release. @throws CliFailure when there is none; KubeError for anything else */
export async function findRelease(cluster: Cluster, name: string): Promise<Release> {
  const { namespace } = cluster;
  const answer = await cluster.client.get(RELEASES, { namespace, name: checkName(name, "release") });
  if (answer.ok) return answer.value;
  if (answer.error.kind !== "notFound") throw answer.error;
  throw new CliFailure(
    `there is no release "${name}" in namespace ${namespace}; "bascule status -n ${namespace}" lists what there is`,
  );
}

/** Reads a plan. @throws CliFailure when there is none; KubeError for anything else */
export async function findPlan(cluster: Cluster, name: string): Promise<ReleasePlan> {
  const { namespace } = cluster;
  const answer = await cluster.client.get(PLANS, { namespace, name: checkName(name, "plan") });
  if (answer.ok) return answer.value;
  if (answer.error.kind !== "notFound") throw answer.error;
  throw new CliFailure(
    `there is no plan "${name}" in namespace ${namespace}; "bascule status -n ${namespace}" lists what there is`,
  );
}

/** Reads what a name means: `plan/NAME`, `release/NAME`, or a bare name, for which a plan comes first. */
export async function findPlanOrRelease(cluster: Cluster, name: string): Promise<ReleasePlan | Release> {
  const [kind, rest] = name.includes("/") ? (name.split("/", 2) as [string, string]) : ["", name];
  if (["plan", "rp", "releaseplan"].includes(kind)) return findPlan(cluster, rest);
  if (["release", "rel"].includes(kind)) return findRelease(cluster, rest);
  if (kind !== "") throw usageFailure(`"${name}": write plan/NAME, release/NAME or a bare name`);
  const { namespace } = cluster;
  const plan = await cluster.client.get(PLANS, { namespace, name: checkName(name, "plan or release") });
  if (plan.ok) return plan.value;
  if (plan.error.kind !== "notFound") throw plan.error;
  const release = await cluster.client.get(RELEASES, { namespace, name });
  if (release.ok) return release.value;
  if (release.error.kind !== "notFound") throw release.error;
  throw new CliFailure(
    `there is neither a plan nor a release "${name}" in namespace ${namespace}; "bascule status -n ${namespace}" lists what there is`,
  );
}

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** A name that can't be one is refused here, before it becomes part of a path. */
export function checkName(name: string, what: string): string {
  if (NAME.test(name)) return name;
  throw usageFailure(`"${name}" is no name of a ${what}; use lower-case letters, digits, "-" and "."`);
}
