import { beforeEach, describe, expect, it } from "vitest";
import type { StackDetail, StackRequest } from "../../../src/core/plan/stack.ts";
import type { Court } from "../world/laws/law.ts";
import { sharedPartIsKept } from "../world/laws/shared.ts";
import { editStatus, midway, RELEASE, releaseOf } from "./midway.ts";

let court: Court;
beforeEach(async () => {
  court = await midway();
});

/** An operation on what slots share, as the release asks for it. */
function request(operation: StackRequest["operation"], owner = releaseOf(court).metadata.uid): StackRequest {
  const task = {
    kind: "shared",
    program: "p",
    input: { namespace: "default", plan: "shop", values: {} },
  } as const;
  return {
    key: `${owner}/shared/1`,
    stack: "default.shop.shared",
    task,
    operation,
    serviceAccount: { namespace: "default", name: "bascule" },
    deadline: 1 as StackRequest["deadline"],
  };
}

describe("the watcher of what slots share sees", () => {
  const begin = (asked: StackRequest) => () => sharedPartIsKept(court).onEnsureShared?.(asked);

  it("its destruction, by whomever", () => {
    expect(begin(request("destroy"))).toThrow("destroys what slots share");
  });

  it("an operation by a release that is past its preparation, or that is not the active one", () => {
    expect(begin(request("apply"))).toThrow("begins while the release is Shifting");
    editStatus(court, { phase: "Reverting" });
    expect(begin(request("apply"))).toThrow("begins while the release is Reverting");
    editStatus(court, { phase: "Preparing" });
    expect(begin(request("apply"))).not.toThrow();
    expect(begin(request("apply", "uid-of-another"))).toThrow("shared:");
    expect(begin(request("preview", "uid-of-another"))).not.toThrow();
  });

  it("a slot that is applied before it stands", () => {
    const law = sharedPartIsKept(court);
    expect(() => law.onEnsureSlot?.("blue")).not.toThrow();
    const frozen = releaseOf(court).status?.frozen;
    if (frozen === undefined) throw new Error("nothing is frozen");
    editStatus(court, { frozen: { ...frozen, shared: true } });
    expect(() => law.onEnsureSlot?.("blue")).toThrow("a slot is applied before what it shares stands");
  });

  it("a loss that nobody approved, or for which only another was approved", () => {
    const law = sharedPartIsKept(court);
    const details: readonly StackDetail[] = [{ object: "Store shop", operation: "replace" }];
    const effect = () => law.onSharedEffect?.(request("apply"), details);
    expect(effect).toThrow("nobody approved");
    const promote = { by: "ann", reason: "because", step: "deploy", change: "0123456789abcdef" };
    court.cluster.store.edit("releases", RELEASE, (r) => ({
      ...r,
      spec: { ...(r.spec as object), control: { promote } },
    }));
    expect(effect).toThrow("nobody approved");
    expect(() =>
      law.onSharedEffect?.(request("apply"), [{ object: "Store shop", operation: "create" }]),
    ).not.toThrow();
  });
});
