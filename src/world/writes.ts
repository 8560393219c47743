import type { PackageSpec } from "../api/common.ts";
import { API_VERSION, MANAGER, MARK } from "../api/object.ts";
import type { Slot } from "../api/release-plan.ts";
import type { VerificationSpec } from "../api/verification.ts";
import { seconds } from "../base/duration.ts";
import { err, ok, type Result } from "../base/result.ts";
import type { Fact, FloorWrite, ScaleTarget } from "../core/plan/intents.ts";
import type { KubeClient } from "../kube/client.ts";
import type { EventSink } from "../kube/events.ts";
import type { KubeError } from "../kube/kube-error.ts";
import type { KubeObject } from "../kube/kube-object.ts";
import type { ResourceType } from "../kube/resources.ts";
import type { PlanKey } from "../ports/world.ts";
import { splitPlanKey } from "../ports/world.ts";
import type { ReadVersion, WriteFailure, Writes, Written } from "../ports/writes.ts";
import { planOfRelease } from "./indexers.ts";
import { TYPES } from "./types.ts";
import type { KubeWorld } from "./world.ts";

const DEADLINE = seconds(10);
const SCALE_MANAGER = "bascule-scale";

/** Writes to the API server on behalf of the controller. */
export class KubeWrites implements Writes {
  readonly #client: KubeClient;
  readonly #world: KubeWorld;
  readonly #events: EventSink;

  constructor(client: KubeClient, world: KubeWorld, events: EventSink) {
    this.#client = client;
    this.#world = world;
    this.#events = events;
  }

  planStatus(read: ReadVersion, status: unknown): Written {
    return this.#status("plan", read, status);
  }

  releaseStatus(read: ReadVersion, status: unknown): Written {
    return this.#status("release", read, status);
  }

  async #status(kind: "plan" | "release", read: ReadVersion, status: unknown): Written {
    const type = kind === "plan" ? TYPES.plans : TYPES.releases;
    const answer = await this.#client.replaceStatus(
      type,
      read,
      { resourceVersion: read.resourceVersion, status },
      { deadline: DEADLINE },
    );
    if (!answer.ok) return failed(answer.error);
    this.#world.remember(kind, answer.value);
    return ok(undefined);
  }

  /** Replicas through the scale's own field manager; an autoscaler's floor likewise. */
  async scale(key: PlanKey, _slot: Slot, workloads: readonly ScaleTarget[]): Written {
    const { namespace } = splitPlanKey(key);
    const writes = workloads.flatMap((w) => this.#scaleOne(namespace, w));
    return first(await Promise.all(writes));
  }

  #scaleOne(namespace: string, w: ScaleTarget): readonly Written[] {
    const options = { deadline: DEADLINE, fieldManager: SCALE_MANAGER, force: true };
    const { name, replicas, resourceVersion, autoscaler: floor } = w;
    const ref = { namespace, name, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    return [
      ...(replicas === undefined ? [] : [this.#apply(TYPES.deployments, ref, { replicas }, options)]),
      ...(floor === undefined ? [] : [this.#patchFloor(namespace, floor)]),
    ];
  }

  async #apply(
    type: (typeof TYPES)["deployments"],
    ref: { readonly namespace: string; readonly name: string; readonly resourceVersion?: string },
    spec: unknown,
    options: { readonly deadline: typeof DEADLINE; readonly fieldManager: string; readonly force: boolean },
  ): Written {
    const object = { apiVersion: "apps/v1", kind: type.kind, metadata: ref, spec } as unknown as KubeObject;
    return settle(await this.#client.apply(type, object, options));
  }

  /** The floor is one field of an object that the stack owns, so it is patched and not applied; its mark comes along. */
  async #patchFloor(namespace: string, floor: FloorWrite): Written {
    const { name, minReplicas, raised, resourceVersion } = floor;
    const patch = {
      metadata: { annotations: { [MARK.floor]: raised ?? null } },
      ...(minReplicas === undefined ? {} : { spec: { minReplicas } }),
    };
    return settle(
      await this.#client.mergePatch(TYPES.autoscalers, { namespace, name }, patch, {
        deadline: DEADLINE,
        fieldManager: SCALE_MANAGER,
        resourceVersion,
      }),
    );
  }

  async createVerification(
    key: PlanKey,
    v: { readonly name: string; readonly release: string; readonly spec: VerificationSpec },
  ): Written {
    const { namespace, name: plan } = splitPlanKey(key);
    const owner = this.#world.releases(key).find((r) => r.metadata.name === v.release);
    const object = {
      apiVersion: API_VERSION,
      kind: "Verification",
      metadata: {
        name: v.name,
        namespace,
        labels: { [MARK.managedBy]: MANAGER, [MARK.plan]: plan, [MARK.release]: v.release },
        ...(owner?.metadata.uid === undefined
          ? {}
          : {
              ownerReferences: [
                {
                  apiVersion: API_VERSION,
                  kind: "Release",
                  name: v.release,
                  uid: owner.metadata.uid,
                  controller: true,
                  blockOwnerDeletion: false,
                },
              ],
            }),
      },
      spec: v.spec,
    } as unknown as KubeObject;
    const made = await this.#client.create(TYPES.verifications, object, { deadline: DEADLINE });
    if (made.ok || made.error.kind !== "alreadyExists") return settle(made);
    return this.#isOurs(TYPES.verifications, object, (there) => {
      const ours = owner === undefined || ownedBy(there, owner.metadata.uid);
      // What an earlier release of that name left behind is on its way out; somebody else's is not.
      return ours ? undefined : `Verification "${v.name}" exists and is not of this release; delete it`;
    });
  }

  /** A name that is taken was taken by an earlier try of ours, or by somebody else. */
  async #isOurs(
    type: ResourceType,
    object: KubeObject,
    problemOf: (there: KubeObject) => string | undefined,
  ): Written {
    const there = await this.#client.get(type, object.metadata, { deadline: DEADLINE });
    if (!there.ok) return failed(there.error);
    const problem = problemOf(there.value);
    return problem === undefined ? ok(undefined) : err({ kind: "conflict", message: problem });
  }

  endVerification(namespace: string, name: string): Written {
    return this.#patchVerification({ namespace, name }, { end: true });
  }

  endChecks(namespace: string, name: string, checks: readonly string[]): Written {
    return this.#patchVerification({ namespace, name }, { endChecks: [...checks] });
  }

  async #patchVerification(
    ref: { readonly namespace: string; readonly name: string },
    spec: Partial<VerificationSpec>,
  ): Written {
    const options = { deadline: DEADLINE };
    return unlessGone(await this.#client.mergePatch(TYPES.verifications, ref, { spec }, options));
  }

  async createRelease(key: PlanKey, r: { readonly name: string; readonly package: PackageSpec }): Written {
    const { namespace, name: plan } = splitPlanKey(key);
    const object = {
      apiVersion: API_VERSION,
      kind: "Release",
      metadata: { name: r.name, namespace, labels: { [MARK.managedBy]: MANAGER, [MARK.plan]: plan } },
      spec: { planRef: { name: plan }, package: r.package },
    } as unknown as KubeObject;
    const made = await this.#client.create(TYPES.releases, object, { deadline: DEADLINE });
    if (made.ok || made.error.kind !== "alreadyExists") return settle(made);
    return this.#isOurs(TYPES.releases, object, (there) =>
      planOfRelease(there).includes(key)
        ? undefined
        : `Release "${r.name}" exists and is of another plan; rename or delete it`,
    );
  }

  async deleteRelease(namespace: string, name: string): Written {
    const ref = { namespace, name };
    const known = this.#world.reflectors.releases.store.get(ref);
    if (known === undefined) return ok(undefined);
    // Only the release that was decided about, not one that has been made under its name since.
    const { uid } = known.metadata;
    return unlessGone(await this.#client.delete(TYPES.releases, ref, { deadline: DEADLINE, uid }));
  }

  async setFinalizer(
    object: { readonly kind: "plan" | "release"; readonly namespace: string; readonly name: string },
    finalizer: string,
    present: boolean,
  ): Written {
    const type = object.kind === "plan" ? TYPES.plans : TYPES.releases;
    const read = await this.#client.get(type, object, { deadline: DEADLINE });
    if (!read.ok) return read.error.kind === "notFound" ? ok(undefined) : failed(read.error);
    const now = read.value.metadata.finalizers ?? [];
    if (now.includes(finalizer) === present) return ok(undefined);
    // Nothing is put on what is on its way out, and nothing taken off what has been made anew under the name.
    if ((read.value.metadata.deletionTimestamp === undefined) !== present) return ok(undefined);
    const finalizers = present ? [...now, finalizer] : now.filter((f) => f !== finalizer);
    const { resourceVersion } = read.value.metadata;
    const patch = { metadata: { finalizers } };
    const answer = await this.#client.mergePatch(type, object, patch, {
      deadline: DEADLINE,
      resourceVersion,
    });
    if (!answer.ok) return unlessGone(answer);
    // The next status is written on top of this version; the watch may be behind.
    this.#world.remember(object.kind, answer.value);
    return ok(undefined);
  }

  publish(namespace: string, fact: Fact): void {
    const store =
      fact.about.kind === "Release" ? this.#world.reflectors.releases : this.#world.reflectors.plans;
    const about = store.store.get({ namespace, name: fact.about.name });
    if (about === undefined) return;
    this.#events.publish({
      regarding: {
        apiVersion: API_VERSION,
        kind: fact.about.kind,
        name: fact.about.name,
        namespace,
        uid: about.metadata.uid,
      },
      type: fact.type,
      reason: fact.reason,
      action: "Release",
      note: fact.message,
    });
  }
}

const settle = (answer: Result<unknown, KubeError>): Result<void, WriteFailure> =>
  answer.ok ? ok(undefined) : failed(answer.error);

/** What is not there any more has ended already. */
const unlessGone = (answer: Result<unknown, KubeError>): Result<void, WriteFailure> =>
  !answer.ok && answer.error.kind === "notFound" ? ok(undefined) : settle(answer);

const ownedBy = (object: KubeObject, uid: string | undefined): boolean =>
  object.metadata.ownerReferences?.some((o) => o.controller === true && o.uid === uid) === true;

const first = (answers: readonly Result<void, WriteFailure>[]): Result<void, WriteFailure> =>
  answers.find((a) => !a.ok) ?? ok(undefined);

function failed(error: KubeError): Result<never, WriteFailure> {
  const { message } = error;
  switch (error.kind) {
    case "conflict":
      return err({ kind: "conflict", message });
    case "notFound":
    case "gone":
      return err({ kind: "gone", message });
    case "forbidden":
    case "unauthorized":
      return err({ kind: "forbidden", message });
    case "invalid":
    case "unsupported":
    case "tooLarge":
      return err({ kind: "invalid", message });
    default:
      return err({ kind: "unreachable", message });
  }
}
