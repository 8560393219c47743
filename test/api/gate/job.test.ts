import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verificationSpec } from "../../../src/api/verification.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import type { Look, LookContext } from "../../../src/ports/checks.ts";
import { JobChecker } from "../../../src/probes/job/job.ts";
import { kubeJobCluster } from "../../../src/probes/job/job-cluster.ts";
import { jobNameOf } from "../../../src/probes/job/job-object.ts";
import { lookContext } from "../../support/look-context.ts";
import { until } from "../../support/until.ts";
import { Installation } from "../crd/installed.ts";
import { typeOf } from "../crd/kinds.ts";
import { ClusterBench, must } from "../kube/bench.ts";

/** An image with a shell that the local cluster holds, for a user that is not root. */
const IMAGE = process.env.BASCULE_TEST_IMAGE ?? "localhost/busybox:1";
const JOBS = resourceType({ group: "batch", version: "v1", kind: "Job", plural: "jobs", namespaced: true });
/** A pod is scheduled, started and its end noticed; most of it is the cluster's own pace. */
const LIMIT = 90_000;

describe("a job check in a real cluster, in a namespace of the restricted level,", () => {
  const bench = new ClusterBench();
  const checker = new JobChecker(kubeJobCluster(bench.client), () => ({ host: "10.0.0.1", ports: [8080] }));
  const { namespace } = bench;

  beforeAll(async () => {
    await bench.start();
    await new Installation(bench.client).customResources();
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    must(await bench.client.mergePatch(NAMESPACES, { name: namespace }, { metadata: { labels } }));
  });
  afterAll(async () => void (await bench.stop()));

  /** A Verification that is really there: Jobs whose owner is not are collected at once. */
  const verification = async (name: string, job: object): Promise<LookContext> => {
    const target = { service: "shop-green", version: "2.0.0" };
    const spec = verificationSpec.parse({
      releaseRef: { name: "shop-2" },
      target,
      checks: [{ name, job: { image: IMAGE, ...job } }],
    });
    const object = {
      apiVersion: "bascule.dev/v1alpha1",
      kind: "Verification",
      metadata: { name, namespace },
      spec,
    };
    const made = must(await bench.client.create(typeOf("Verification"), object));
    const [check] = spec.checks;
    if (check === undefined) throw new Error("no check");
    return lookContext(check, {
      target: spec.target,
      namespace,
      verification: { name, uid: made.metadata.uid ?? "" },
      release: "shop-2",
    });
  };
  const ended = async (context: LookContext): Promise<Look> => {
    let look = await checker.look(context);
    await until(
      `the Job ends; it is ${JSON.stringify(look)}`,
      async () => {
        look = await checker.look(context);
        return look.kind !== "outcome" || look.state !== "running";
      },
      LIMIT,
    );
    return look;
  };

  it("succeeds with its log as evidence, knows its target, and is removed at the end", async () => {
    const script = "echo target $BASCULE_TARGET of $BASCULE_VERSION; echo token=abc123456";
    const context = await verification("good", { command: ["sh", "-c", script] });
    const look = await ended(context);
    expect(look).toMatchObject({
      kind: "outcome",
      state: "passed",
      message: "the Job succeeded; exit code 0",
    });
    const evidence = look.kind === "outcome" ? (look.evidence ?? "") : "";
    expect(evidence).toContain(`target http://shop-green.${namespace}.svc:8080 of 2.0.0`);
    expect(evidence).not.toContain("abc123456");
    await checker.finish(context);
    const ref = { namespace, name: jobNameOf(context) };
    await until("the Job is gone", async () => !(await bench.client.get(JOBS, ref)).ok, LIMIT);
  });

  it("fails once, with exit code and the end of its log", async () => {
    const context = await verification("bad", { command: ["sh", "-c", "echo the reason; exit 7"] });
    const look = await ended(context);
    expect(look).toMatchObject({
      kind: "outcome",
      state: "failed",
      evidence: "the reason",
      message: expect.stringContaining("exit code 7"),
    });
    await checker.finish(context);
  });

  it("fails when it runs longer than its timeout", async () => {
    const context = await verification("endless", { command: ["sleep", "600"], timeout: "2s" });
    expect(await ended(context)).toMatchObject({
      state: "failed",
      message: expect.stringContaining("longer than its timeout"),
    });
    await checker.finish(context);
  });

  it("is collected with its Verification when nobody removes it", async () => {
    const context = await verification("orphan", { command: ["sleep", "600"] });
    expect(await checker.look(context)).toMatchObject({ kind: "outcome", state: "running" });
    const { name, uid } = context.verification;
    must(await bench.client.delete(typeOf("Verification"), { namespace, name }, { uid }));
    const ref = { namespace, name: jobNameOf(context) };
    await until("the Job is collected", async () => !(await bench.client.get(JOBS, ref)).ok, LIMIT);
  });
});
