/** What both slots share in the simulated cluster: one store, which a change of its number replaces. */
import { changeId, needsApproval } from "../../../src/core/plan/shared/change.ts";
import { sharedDigest } from "../../../src/core/plan/shared/request.ts";
import type { SharedOutputs, StackDetail, StackTask } from "../../../src/core/plan/stack.ts";
import type { Restore } from "./restore.ts";

export type SharedTask = StackTask & { readonly kind: "shared" };

export class SharedPart {
  #store: unknown;
  #meddled = false;
  /** Digest of what it was applied with last. */
  digest: string | undefined;

  /** What an operation would do. */
  look(task: SharedTask): readonly StackDetail[] {
    const table = { object: "Table orders", operation: "delete" } as const;
    return this.#meddled ? [this.#lookAtStore(task), table] : [this.#lookAtStore(task)];
  }

  #lookAtStore({ input: { values } }: SharedTask): StackDetail {
    const object = "Store shop";
    const wanted = values.store ?? 1;
    if (this.#store === undefined) return { object, operation: "create" };
    if (this.#store === wanted) return { object, operation: "same" };
    return { object, operation: "replace", fields: ["spec.number"] };
  }

  /** Whether somebody has to approve it first. */
  isWithheld(task: SharedTask): boolean {
    const details = this.look(task);
    return needsApproval(details) && changeId(details) !== task.approved;
  }

  apply(task: SharedTask): void {
    if (this.isWithheld(task)) return;
    const { program, digest = "", input } = task;
    this.#store = input.values.store ?? 1;
    this.#meddled = false;
    this.digest = sharedDigest({ program, programDigest: digest, values: { ...input.values } });
  }

  /** Somebody's hand: from now on an apply would delete something more. */
  meddle(): void {
    this.#meddled = true;
  }

  save(): Restore {
    const [store, meddled, digest] = [this.#store, this.#meddled, this.digest];
    return () => {
      this.#store = store;
      this.#meddled = meddled;
      this.digest = digest;
    };
  }

  get store(): unknown {
    return this.#store;
  }

  outputs({ input: { values } }: SharedTask): SharedOutputs {
    return { store: `store-${String(values.store ?? 1)}` };
  }
}
