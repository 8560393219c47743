import { err, ok, type Result } from "../../base/result.ts";
import type { Pod } from "../../core/gate/pods/pod.ts";
import { additionsOf, type SideRights } from "../../core/gate/rights/additions.ts";
import type { Binding } from "../../core/gate/rights/bindings.ts";
import { podRights } from "../../core/gate/rights/pod-rights.ts";
import type { Checker, Look, LookContext } from "../../ports/checks.ts";
import type { CandidateCluster } from "../candidate-cluster.ts";
import { candidatePods, podsOf, readFailureLook } from "../candidate-pods.ts";
import { examinationLook, wrongKind } from "../examination.ts";
import { grantsOf } from "./account-grants.ts";
import type { RightsCluster } from "./rights-cluster.ts";

/** Security check: what the candidate's pods may do beyond what the live side's may. */
export class RightsChecker implements Checker {
  readonly kind = "rights";
  readonly #candidate: CandidateCluster;
  readonly #rights: RightsCluster;

  constructor(candidate: CandidateCluster, rights: RightsCluster) {
    this.#candidate = candidate;
    this.#rights = rights;
  }

  async look(context: LookContext): Promise<Look> {
    const { rights } = context.check;
    if (rights === undefined) return wrongKind(this.kind);
    const { namespace, signal } = context;
    const found = await candidatePods(this.#candidate, context);
    if (!found.ok) return found.error;
    const live = await this.#livePods(context);
    if (!live.ok) return live.error;
    const bindings = await this.#rights.bindings(signal);
    signal.throwIfAborted();
    if (!bindings.ok) return readFailureLook("role bindings", bindings.error);
    const candidateSide = await this.#side(found.value.pods, bindings.value, context);
    if (!candidateSide.ok) return candidateSide.error;
    const liveSide =
      live.value === undefined ? ok(undefined) : await this.#side(live.value, bindings.value, context);
    if (!liveSide.ok) return liveSide.error;
    const { pods } = candidateSide.value;
    const against =
      live.value === undefined ? "what is approved; nothing is live" : "the live side's and what is approved";
    return examinationLook({
      findings: additionsOf(candidateSide.value, liveSide.value, rights.approved ?? {}, namespace),
      examined: found.value.pods.length,
      threshold: `no more rights than ${against}`,
      good: {
        reason: "NoRightsAdded",
        message: `nothing beyond ${against}; service accounts: ${pods.accounts.join(", ")}`,
      },
    });
  }

  /** Undefined where nothing is live. */
  async #livePods({
    namespace,
    target,
    signal,
  }: LookContext): Promise<Result<readonly Pod[] | undefined, Look>> {
    if (target.baselineService === undefined) return ok(undefined);
    const found = await podsOf(this.#candidate, namespace, target.baselineService, signal);
    if (found.ok) return ok(found.value.pods);
    // Not to know the live side is no reason to take it for one without rights, nor for one with all.
    const { error } = found;
    return err(error.kind === "nothing" ? { ...error, kind: "unreadable", reason: "NoLivePods" } : error);
  }

  async #side(
    pods: readonly Pod[],
    bindings: readonly Binding[],
    { namespace, signal }: LookContext,
  ): Promise<Result<SideRights, Look>> {
    const own = podRights(pods);
    const accounts = own.accounts.map((name) => ({ namespace, name }));
    const grants = await grantsOf(this.#rights, bindings, accounts, signal);
    if (!grants.ok) return err(readFailureLook("roles", grants.error));
    return ok({ pods: own, grants: grants.value });
  }
}
