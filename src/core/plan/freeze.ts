import type { Check } from "../../api/check.ts";
import { FROZEN_FORMAT, type FrozenRelease, type TrafficTarget } from "../../api/frozen.ts";
import type { Release } from "../../api/release.ts";
import type { Live, ReleasePlan } from "../../api/release-plan.ts";
import { digestOf } from "../../base/json.ts";
import type { AdoptionFinding } from "../traffic/observation.ts";
import type { Backend } from "../traffic/sides.ts";
import { entryNames } from "./entries.ts";
import { idleSlot } from "./names.ts";
import type { ProgramInfo } from "./stack.ts";
import { compileStrategy } from "./strategies/index.ts";

export interface FreezeInput {
  readonly plan: ReleasePlan;
  readonly release: Release;
  readonly live: Live;
  readonly program: ProgramInfo & { readonly ok: true };
  readonly checks: readonly Check[];
  readonly adoption: readonly AdoptionFinding[];
  /** The user's own Service, needed where it is live. */
  readonly adopted?: Backend;
}

/** Values of the program: the package's laid over the plan's, member by member at the top. */
export const mergedValues = (
  plan: ReleasePlan,
  release: Pick<Release, "spec">,
): Readonly<Record<string, unknown>> => ({
  ...plan.spec.stack.values,
  ...release.spec.package.values,
});

/** Digest of what is released: package and values, without the program. */
export const packageDigest = (plan: ReleasePlan, release: Pick<Release, "spec">): string =>
  digestOf({ package: { ...release.spec.package, values: undefined }, values: mergedValues(plan, release) });

/** Compiles plan and release to the list that is executed; its hash is what approvals refer to. */
export function freeze(input: FreezeInput): FrozenRelease {
  const { plan, release, live, program } = input;
  const first = live === "none";
  const steps = compileStrategy(plan.spec.strategy, {
    checks: input.checks,
    timing: plan.spec.timing,
    first,
  });
  const adopted = live === "adopted" ? input.adopted : undefined;
  const port = program.ports[0]?.port ?? 80;
  const body = {
    format: FROZEN_FORMAT,
    steps: [...steps],
    checks: [...input.checks],
    program: program.name,
    programDigest: program.digest,
    ...(program.shared === true ? { shared: true } : {}),
    serviceAccountName: plan.spec.stack.serviceAccountName,
    package: release.spec.package,
    packageDigest: packageDigest(plan, release),
    values: { ...mergedValues(plan, release) },
    replicas: plan.spec.capacity.replicas,
    slot: idleSlot(live),
    live,
    ports: program.ports.map((p) => ({ ...p })),
    port,
    ...(adopted === undefined ? {} : { adoptedService: { name: adopted.service, port: adopted.port } }),
    targets: targetsOf(plan, input.adoption),
    ...entryNames(plan, plan.status, adopted?.service),
    timing: plan.spec.timing,
    history: plan.spec.retention.history,
    onNewer: plan.spec.onNewer,
    planGeneration: plan.metadata.generation ?? 0,
  };
  return { ...body, hash: digestOf(body) };
}

/** Traffic objects of a plan: the route that Bascule makes, or those that it was given. */
export function targetsOf(plan: ReleasePlan, adoption: readonly AdoptionFinding[]): TrafficTarget[] {
  const create = plan.spec.traffic?.create;
  if (create !== undefined) {
    return [
      {
        kind: "HTTPRoute",
        name: plan.metadata.name,
        rules: [0],
        parents: [...create.parentRefs],
        created: true,
      },
    ];
  }
  return adoption.flatMap((a) => (a.ok ? [a.target] : []));
}
