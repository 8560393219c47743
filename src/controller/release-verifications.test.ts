import { describe, expect, test } from "vitest";
import type { KubeObject } from "../api/object.ts";
import { releaseVerifications } from "./release-verifications.ts";

const release: KubeObject = {
  apiVersion: "bascule.dev/v1alpha1",
  kind: "Release",
  metadata: { name: "shop-2", namespace: "shop", uid: "r2" },
};
const owner = (uid: string, controller = true) => ({
  ...{ apiVersion: "bascule.dev/v1alpha1", kind: "Release", name: "shop-2" },
  ...{ uid, controller },
});
/** A Verification with the name of the release's own, and a result that lets it pass. */
const verification = (metadata: object, spec: object): KubeObject =>
  ({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "Verification",
    metadata: { name: "shop-2-verify", namespace: "shop", uid: "v", ...metadata },
    spec: { target: { service: "shop-green", plan: "shop" }, checks: [], ...spec },
    status: { results: [{ name: "approve", verdict: "passed" }] },
  }) as unknown as KubeObject;
const seen = (object: KubeObject) => Object.keys(releaseVerifications([object], [release], () => undefined));

describe("a Verification counts for a release", () => {
  test("when it names the release, and the release owns it", () => {
    const own = verification({ ownerReferences: [owner("r2")] }, { releaseRef: { name: "shop-2" } });
    expect(seen(own)).toEqual(["shop-2-verify"]);
  });

  test("with the results that are there already, ahead of the stored ones", () => {
    const own = verification({ ownerReferences: [owner("r2")] }, { releaseRef: { name: "shop-2" } });
    const fresh = [{ name: "approve", verdict: "failed" }] as never;
    const found = releaseVerifications([own], [release], (uid) => (uid === "v" ? fresh : undefined));
    expect(found["shop-2-verify"]).toMatchObject({ release: "shop-2", ended: false, results: fresh });
  });

  test.each([
    ["has only its name", {}, {}],
    ["names the release and is nobody's", {}, { releaseRef: { name: "shop-2" } }],
    ["is owned by the release without naming it", { ownerReferences: [owner("r2")] }, {}],
    [
      "belonged to an earlier release",
      { ownerReferences: [owner("r1")] },
      { releaseRef: { name: "shop-2" } },
    ],
    [
      "is held by no controller",
      { ownerReferences: [owner("r2", false)] },
      { releaseRef: { name: "shop-2" } },
    ],
    ["names another release", { ownerReferences: [owner("r2")] }, { releaseRef: { name: "shop-3" } }],
  ])("and not when it %s", (_what, metadata, spec) => {
    expect(seen(verification(metadata, spec))).toEqual([]);
  });
});
