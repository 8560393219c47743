import { describe, expect, it } from "vitest";
import { lookContext } from "../../test/support/look-context.ts";
import { MemoryCandidate, serviceOf } from "../../test/support/memory-candidate.ts";
import { pod } from "../../test/support/pod-samples.ts";
import { check as checkSchema } from "../api/check.ts";
import { PodSecurityChecker } from "./security/pod-security.ts";

const check = (podSecurity: object = {}) => checkSchema.parse({ name: "pods", podSecurity });
const look = (cluster: MemoryCandidate, podSecurity: object = {}) =>
  new PodSecurityChecker(cluster).look(lookContext(check(podSecurity)));

describe("the candidate's pods", () => {
  it("are not there yet while the Service has none, which is no pass", async () => {
    expect(await look(new MemoryCandidate())).toMatchObject({ kind: "nothing", reason: "NoPods" });
  });

  it("leave out those that have ended or are being deleted", async () => {
    const bad = pod({ hostNetwork: true });
    const leaving = { ...bad, metadata: { ...bad.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    const cluster = new MemoryCandidate([pod(), leaving, { ...bad, status: { phase: "Failed" } }]);
    expect(await look(cluster)).toMatchObject({ state: "passed", sampleSize: 1 });
  });

  it("are unreadable without Service, selector, rights or API server", async () => {
    const cluster = new MemoryCandidate([pod()]);
    cluster.services.clear();
    expect(await look(cluster)).toMatchObject({ kind: "unreadable", reason: "NoService" });
    cluster.services.set("shop-green", serviceOf("shop-green", { selector: undefined }));
    expect(await look(cluster)).toMatchObject({ kind: "unreadable", reason: "NoSelector" });
    cluster.failure = { kind: "forbidden", message: "no" };
    expect(await look(cluster)).toMatchObject({
      reason: "Forbidden",
      message: expect.stringContaining("bascule-security-reader"),
    });
    cluster.failure = { kind: "unreachable", message: "no" };
    expect(await look(cluster)).toMatchObject({ kind: "unreadable", reason: "ClusterUnreadable" });
  });

  it("are not asked for when the look is aborted", async () => {
    const context = lookContext(check(), { signal: AbortSignal.abort(new Error("enough")) });
    await expect(new PodSecurityChecker(new MemoryCandidate([pod()])).look(context)).rejects.toThrow(
      "enough",
    );
  });
});

describe("a podSecurity check", () => {
  it("passes pods that meet the level", async () => {
    expect(await look(new MemoryCandidate([pod(), pod()]))).toMatchObject({
      kind: "outcome",
      state: "passed",
      reason: "PodSecurityMet",
      value: 0,
      sampleSize: 2,
    });
  });

  it("tells the finding of all replicas once, with control, field and number of pods", async () => {
    const bad = pod({}, { securityContext: { privileged: true } });
    expect(await look(new MemoryCandidate([bad, bad]), { level: "baseline" })).toMatchObject({
      state: "failed",
      reason: "PodSecurityViolated",
      message: 'privileged: container "main": privileged must not be true (2 pods)',
      threshold: "Pod Security level baseline",
    });
  });

  it("does not ask the controls that are excepted", async () => {
    const bad = pod({ volumes: [{ name: "data", nfs: { server: "nfs.example.com", path: "/" } }] });
    const cluster = new MemoryCandidate([bad]);
    expect(await look(cluster)).toMatchObject({ state: "failed" });
    expect(await look(cluster, { except: ["restrictedVolumes"] })).toMatchObject({
      state: "passed",
      threshold: "Pod Security level restricted, except restrictedVolumes",
    });
  });
});
