import { describe, expect, it } from "vitest";
import { PHASES, type Phase } from "../../../src/api/release.ts";
import { typeOf } from "./kinds.ts";
import { accepted, refused } from "./people.ts";
import { setUp } from "./setup.ts";

const RELEASE = typeOf("Release");
const { people, cluster } = setUp();
const spec = {
  planRef: { name: "shop" },
  package: { version: "1.0.0", image: "registry.example.com/shop:1", values: { flags: { a: 1 } } },
  change: { object: "invoice", risks: [{ level: "low" }] },
  schedule: { notBefore: "2030-01-01T00:00:00Z" },
};

let counter = 0;
async function releaseIn(phase: Phase | undefined) {
  const metadata = { name: `release-${++counter}`, namespace: cluster.namespace };
  const { apiVersion, kind } = { apiVersion: "bascule.dev/v1alpha1", kind: "Release" };
  accepted(await people.admin.create(RELEASE, { apiVersion, kind, metadata, spec }));
  const status = { observedGeneration: 1, phase };
  if (phase)
    accepted(await people.admin.mergePatch(RELEASE, metadata, { status }, { subresource: "status" }));
  return metadata;
}
const change = (ref: { name: string; namespace: string }, part: object) =>
  people.admin.mergePatch(RELEASE, ref, { spec: part });

describe("a release that exists", () => {
  it.each([
    ["planRef", { planRef: { name: "other" } }],
    ["package", { package: { version: "1.0.1" } }],
    ["package", { package: { values: { flags: { a: 2 } } } }],
    ["package", { package: { values: null } }],
    ["dryRun", { dryRun: true }],
  ])("can't change its %s (%j)", async (field, part) => {
    const error = refused(await change(await releaseIn(undefined), part));
    expect(error.message).toContain(`spec.${field}`);
    expect(error.message).toContain("create another Release");
  });
});

const parts = [
  ["change", { change: { object: "other" } }],
  ["change", { change: { risks: [{ level: "high" }] } }],
  ["change", { change: null }],
  ["schedule", { schedule: { notBefore: "2031-01-01T00:00:00Z" } }],
  ["schedule", { schedule: null }],
] as const;

describe("a release that has not started", () => {
  it.each(parts)("may still change its %s (%j)", async (_field, part) => {
    accepted(await change(await releaseIn(undefined), part));
    accepted(await change(await releaseIn("Pending"), part));
  });
});

describe("a release that has started", () => {
  it.each(parts)("can't change its %s (%j)", async (field, part) => {
    const error = refused(await change(await releaseIn("Preparing"), part));
    expect(error.message).toContain(`spec.${field}`);
    expect(error.message).toContain(`${field} can't change once the release has started`);
  });

  it.each(PHASES.filter((phase) => phase !== "Pending"))(
    "keeps its dates in phase %s, and takes commands",
    async (phase) => {
      const ref = await releaseIn(phase);
      refused(await change(ref, { schedule: { notAfter: "2032-01-01T00:00:00Z" } }));
      const username = accepted(
        await people.admin.transport.json<{ status: { userInfo: { username: string } } }>({
          method: "POST",
          path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
          body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
        }),
      ).status.userInfo.username;
      accepted(await change(ref, { control: { abort: { by: username, reason: "test" } } }));
    },
  );

  it("can go from phase to phase, for the status is no part of the spec", async () => {
    const ref = await releaseIn("Preparing");
    for (const phase of ["Shifting", "Observing", "Completed"])
      accepted(await people.admin.mergePatch(RELEASE, ref, { status: { phase } }, { subresource: "status" }));
  });
});
