/** The ports to the API server over the simulated store: reads from the cache, every write a request. */
import type { PackageSpec } from "../../../src/api/common.ts";
import { API_VERSION, type KubeObject } from "../../../src/api/object.ts";
import type { Slot } from "../../../src/api/release-plan.ts";
import type { VerificationSpec } from "../../../src/api/verification.ts";
import { err, ok, type Result } from "../../../src/base/result.ts";
import type { Fact, ScaleTarget } from "../../../src/core/plan/intents.ts";
import type { Segment } from "../../../src/core/record/segment.ts";
import type { PatchOp } from "../../../src/core/traffic/json-patch.ts";
import type { PlanKey } from "../../../src/ports/world.ts";
import type { ReadVersion, WriteFailure, Writes, Written } from "../../../src/ports/writes.ts";
import type { AccessFailure, ObjectAccess, VersionedObject } from "../../../src/traffic/object-access.ts";
import { applyJsonPatch } from "../../conformance/traffic-router/json-patch.ts";
import { Crash, type Requests } from "./requests.ts";
import type { Kind, Store, Stored } from "./store.ts";

/** What the laws want to know of a write that took effect. */
export interface WriteWatcher {
  onStatus(kind: "plans" | "releases", name: string, status: unknown): void;
  onTraffic(kind: Kind, before: Stored, after: Stored): void;
  onScale(slot: Slot, workloads: readonly ScaleTarget[]): void;
  onVerification(name: string, spec: VerificationSpec): void;
  onSegment(segment: Segment, name: string): void;
}

export interface KubePorts {
  readonly store: Store;
  readonly requests: Requests;
  readonly watcher: WriteWatcher;
  readonly scale: (slot: Slot, workloads: readonly ScaleTarget[]) => boolean;
  /** What the process wrote last, by kind and name. */
  readonly own: Map<string, Stored>;
  /** Its adapters have lost what they remember of their writes, and are told by `own`. */
  readonly isRevived: () => boolean;
}

/** The newer of what a process wrote and what the cache has. */
function newestOf({ own }: KubePorts, kind: Kind, cached: Stored | undefined): Stored | undefined {
  const written = own.get(`${kind}/${cached?.metadata.name}`);
  if (written === undefined || cached === undefined || written.metadata.uid !== cached.metadata.uid)
    return cached;
  return Number(written.metadata.resourceVersion) > Number(cached.metadata.resourceVersion)
    ? written
    : cached;
}

const gone = (name: string): Result<never, WriteFailure> => err({ kind: "gone", message: `no ${name}` });

/** Routes and Services as the traffic adapters reach them. */
export function accessTo<T extends VersionedObject>(ports: KubePorts, kind: Kind): ObjectAccess<T> {
  const { store, requests, watcher } = ports;
  const missing = (name: string) => err({ kind: "notFound", message: `no ${name}` });
  return {
    get: (_namespace, name) => {
      const cached = store.cached(kind, name);
      return (ports.isRevived() ? newestOf(ports, kind, cached) : cached) as unknown as T | undefined;
    },
    read: async (_namespace, name) => {
      if (requests.isDead) throw new Crash("read");
      const found = store.get(kind, name) as unknown as T | undefined;
      return found === undefined ? missing(name) : ok(found);
    },
    patch: (_namespace: string, name: string, ops: readonly PatchOp[]) =>
      requests.send<T, AccessFailure>(`patch ${kind} ${name} ${summary(ops)}`, () => {
        const before = store.get(kind, name);
        if (before === undefined) return missing(name);
        const patched = applyJsonPatch(before, ops);
        if ("refused" in patched) return err({ kind: "invalid", message: patched.refused });
        if (patched.metadata.resourceVersion !== before.metadata.resourceVersion)
          return err({ kind: "conflict", message: "the object has been modified" });
        const after = store.put(kind, patched);
        ports.own.set(`${kind}/${name}`, after);
        watcher.onTraffic(kind, before, after);
        return ok(after as unknown as T);
      }),
  };
}

const summary = (ops: readonly PatchOp[]): string =>
  ops
    .filter((op) => op.op !== "test" && op.path !== "/metadata/resourceVersion")
    .map(
      (op) => `${op.path.split("/").slice(-2).join("/")}=${"value" in op ? JSON.stringify(op.value) : "-"}`,
    )
    .join(" ");

/** One process's writes; it remembers what it wrote, as the real cache does. */
export class SimWrites implements Writes {
  readonly #ports: KubePorts;
  readonly facts: Fact[] = [];

  constructor(ports: KubePorts) {
    this.#ports = ports;
  }

  /** The newer of what was written and what the cache has. */
  newest(kind: "plans" | "releases", cached: Stored | undefined): Stored | undefined {
    return newestOf(this.#ports, kind, cached);
  }

  planStatus(read: ReadVersion, status: unknown): Written {
    return this.#status("plans", read, status);
  }

  releaseStatus(read: ReadVersion, status: unknown): Written {
    return this.#status("releases", read, status);
  }

  #status(kind: "plans" | "releases", read: ReadVersion, status: unknown): Written {
    const { store, requests, watcher } = this.#ports;
    const { phase, message, activeRelease, liveSlot } = status as Record<string, unknown>;
    const what = `status ${kind} ${read.name} ${String(phase ?? activeRelease)} ${String(message ?? liveSlot)}`;
    return requests.send<void, WriteFailure>(what, () => {
      const before = store.get(kind, read.name);
      if (before === undefined || before.metadata.uid !== read.uid) return gone(read.name);
      if (before.metadata.resourceVersion !== read.resourceVersion)
        return err({ kind: "conflict", message: "the object has been modified" });
      const after = store.put(kind, { ...before, status });
      if (!requests.isDead) this.#ports.own.set(`${kind}/${read.name}`, after);
      watcher.onStatus(kind, read.name, after.status);
      return ok(undefined);
    });
  }

  scale(_key: PlanKey, slot: Slot, workloads: readonly ScaleTarget[]): Written {
    return this.#ports.requests.send<void, WriteFailure>(`scale ${slot} ${JSON.stringify(workloads)}`, () => {
      if (!this.#ports.scale(slot, workloads))
        return err({ kind: "conflict", message: "the object has been modified" });
      this.#ports.watcher.onScale(slot, workloads);
      return ok(undefined);
    });
  }

  createVerification(
    _key: PlanKey,
    v: { readonly name: string; readonly release: string; readonly spec: VerificationSpec },
  ): Written {
    const { store, requests, watcher } = this.#ports;
    return requests.send<void, WriteFailure>(`verify ${v.name}`, () => {
      if (store.get("verifications", v.name) !== undefined) return ok(undefined);
      watcher.onVerification(v.name, v.spec);
      const uid = store.get("releases", v.release)?.metadata.uid;
      const made = objectOf("Verification", v.name, v.spec);
      const owner = { apiVersion: API_VERSION, kind: "Release", name: v.release, controller: true };
      const owners = uid === undefined ? {} : { ownerReferences: [{ ...owner, uid }] };
      store.create("verifications", { ...made, metadata: { ...made.metadata, ...owners } });
      return ok(undefined);
    });
  }

  endVerification(_namespace: string, name: string): Written {
    return this.#edit("verifications", name, `end verification ${name}`, (v) => ({
      ...v,
      spec: { ...(v.spec as object), end: true },
    }));
  }

  endChecks(_namespace: string, name: string, checks: readonly string[]): Written {
    return this.#edit("verifications", name, `end ${checks.join(", ")} of verification ${name}`, (v) => ({
      ...v,
      spec: { ...(v.spec as object), endChecks: [...checks] },
    }));
  }

  createRelease(_key: PlanKey, r: { readonly name: string; readonly package: PackageSpec }): Written {
    const { store, requests } = this.#ports;
    return requests.send<void, WriteFailure>(`create release ${r.name}`, () => {
      if (store.get("releases", r.name) === undefined)
        store.create(
          "releases",
          objectOf("Release", r.name, { planRef: { name: "shop" }, package: r.package }),
        );
      return ok(undefined);
    });
  }

  deleteRelease(_namespace: string, name: string): Written {
    const { store, requests } = this.#ports;
    return requests.send<void, WriteFailure>(`delete release ${name}`, () => {
      store.remove("releases", name);
      return ok(undefined);
    });
  }

  setFinalizer(
    object: { readonly kind: "plan" | "release"; readonly name: string },
    finalizer: string,
    present: boolean,
  ): Written {
    const kind = object.kind === "plan" ? "plans" : "releases";
    const what = `${present ? "set" : "drop"} finalizer of ${object.kind} ${object.name}`;
    return this.#edit(kind, object.name, what, (o) => {
      if ((o.metadata.deletionTimestamp === undefined) !== present) return o;
      const others = (o.metadata.finalizers ?? []).filter((f) => f !== finalizer);
      return { ...o, metadata: { ...o.metadata, finalizers: present ? [...others, finalizer] : others } };
    });
  }

  #edit(kind: Kind, name: string, what: string, change: (object: Stored) => Stored): Written {
    const { store, requests } = this.#ports;
    return requests.send<void, WriteFailure>(what, () => {
      store.edit(kind, name, change);
      return ok(undefined);
    });
  }

  publish(_namespace: string, fact: Fact): void {
    this.facts.push(fact);
  }
}

const objectOf = (kind: string, name: string, spec: unknown): Stored =>
  ({ apiVersion: API_VERSION, kind, metadata: { name }, spec }) as KubeObject & { readonly spec: unknown };
