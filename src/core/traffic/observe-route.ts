import type { TrafficTarget } from "../../api/frozen.ts";
import { MARK } from "../../api/object.ts";
import type { TrafficObservation } from "./observation.ts";
import { readForeignManager, readGitOpsOwner } from "./owners.ts";
import { readAcceptance } from "./parents.ts";
import { readSplit } from "./read-split.ts";
import type { RouteObject } from "./route-object.ts";
import { readMarks } from "./runs.ts";
import type { Backends } from "./sides.ts";

/** Everything that a decision needs to know of a route. A route without its given rules is in force nowhere. */
export function observeRoute(
  route: RouteObject | undefined,
  namespace: string,
  target: TrafficTarget,
  backends: Backends,
): TrafficObservation {
  const { kind, name } = target;
  const shown = { kind, name };
  if (route === undefined)
    return { target: shown, exists: false, split: {}, mixed: false, foreign: [], accepted: false };
  const { split, mixed, foreign, missing, missingRules } = readSplit(route, namespace, target, backends);
  const acceptance = readAcceptance(route, namespace, target.parents);
  const problem =
    missingRules.length > 0
      ? `the rule ${missingRules.join(", ")} is no longer there; put it back`
      : acceptance.accepted
        ? undefined
        : acceptance.problem;
  const { resourceVersion } = route.metadata;
  const foreignManager = readForeignManager(route.metadata);
  const touched = route.metadata.annotations?.[MARK.touched];
  const gitOpsOwner = readGitOpsOwner(route.metadata);
  return {
    target: shown,
    exists: true,
    split,
    mixed,
    foreign,
    missing,
    accepted: problem === undefined,
    ...(problem === undefined ? {} : { problem }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...readMarks(route.metadata.annotations),
    ...(touched === undefined ? {} : { touched }),
    ...(foreignManager === undefined ? {} : { foreignManager }),
    ...(gitOpsOwner === undefined ? {} : { gitOpsOwner }),
  };
}
