import { describe, expect, it } from "vitest";
import { lookContext } from "../../../test/support/look-context.ts";
import { check as checkSchema } from "../../api/check.ts";
import { err, ok } from "../../base/result.ts";
import type { LookContext } from "../../ports/checks.ts";
import { JobChecker } from "./job.ts";
import type { JobCluster, PodObject } from "./job-cluster.ts";
import { type JobObject, jobNameOf } from "./job-object.ts";

const context = (job: object = {}, more: Partial<LookContext> = {}): LookContext =>
  lookContext(checkSchema.parse({ name: "smoke", job }), {
    target: { service: "shop-green", image: "shop:2", version: "2.0.0", serviceAccountName: "bascule" },
    verification: { name: "v", uid: "uid-1" },
    release: "shop-2",
    ...more,
  });

/** A cluster in memory; the tests move its Job on. */
function world() {
  const jobs = new Map<string, JobObject>();
  const state = {
    created: 0,
    log: "all fine",
    fail: undefined as { kind: string; message: string } | undefined,
    pods: [] as PodObject[],
  };
  const cluster: JobCluster = {
    create: async (job) => {
      if (state.fail) return err(state.fail);
      if (jobs.has(job.metadata.name)) return err({ kind: "alreadyExists", message: "there" });
      state.created += 1;
      const made = { ...job, metadata: { ...job.metadata, uid: `job-${state.created}` } };
      jobs.set(job.metadata.name, made);
      return ok(made);
    },
    get: async ({ name }) => {
      const job = jobs.get(name);
      return job ? ok(job) : err({ kind: "notFound", message: "gone" });
    },
    pods: async () => ok(state.pods),
    log: async () => ok(state.log),
    remove: async ({ name, uid }) => {
      if (jobs.get(name)?.metadata.uid === uid) jobs.delete(name);
      return ok(undefined);
    },
  };
  const end = (
    type: "Complete" | "Failed" | "FailureTarget",
    more: { reason?: string; message?: string } = {},
  ) => {
    for (const [name, job] of jobs)
      jobs.set(name, { ...job, status: { conditions: [{ type, status: "True", ...more }] } });
  };
  return { jobs, state, end, checker: new JobChecker(cluster, () => ({ host: "10.0.0.7", ports: [8080] })) };
}

describe("a job check", () => {
  it("makes one Job, however often it looks, and tells when it runs", async () => {
    const { checker, state } = world();
    for (let i = 0; i < 5; i++)
      expect(await checker.look(context())).toMatchObject({ kind: "outcome", state: "running" });
    expect(state.created).toBe(1);
  });

  it("finds the Job that another look made at the same time", async () => {
    const { checker, state } = world();
    const looks = await Promise.all([1, 2, 3].map(() => checker.look(context())));
    expect(looks.every((look) => look.kind === "outcome")).toBe(true);
    expect(state.created).toBe(1);
  });

  it("makes a pod that fits the restricted level, runs once, in time, and belongs to the Verification", async () => {
    const { checker, jobs } = world();
    await checker.look(
      context({ timeout: "90s", env: { MODE: "quick" }, envFrom: [{ secretRef: { name: "creds" } }] }),
    );
    const [job] = jobs.values();
    expect(job).toMatchObject({
      metadata: {
        namespace: "shop",
        ownerReferences: [{ kind: "Verification", uid: "uid-1", controller: true }],
      },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: 90,
        template: {
          spec: {
            restartPolicy: "Never",
            serviceAccountName: "bascule",
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                image: "shop:2",
                envFrom: [{ secretRef: { name: "creds" } }],
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                env: expect.arrayContaining([
                  { name: "MODE", value: "quick" },
                  { name: "BASCULE_TARGET", value: "http://shop-green.shop.svc:8080" },
                  { name: "BASCULE_RELEASE", value: "shop-2" },
                  { name: "BASCULE_VERSION", value: "2.0.0" },
                ]),
              },
            ],
          },
        },
      },
    });
    expect(JSON.stringify(job)).not.toContain("bascule.dev/slot");
  });

  it("has a name that depends on Verification and check alone, and fits", () => {
    const other = context({ timeout: "1s" });
    expect(jobNameOf(other)).toBe(jobNameOf(context()));
    expect(jobNameOf(context({}, { verification: { name: "v", uid: "uid-2" } }))).not.toBe(
      jobNameOf(context()),
    );
    const long = { ...context(), check: { ...context().check, name: "n".repeat(127) } };
    expect(jobNameOf(long).length).toBeLessThanOrEqual(63);
  });

  it("has the outcome with exit code, and the masked tail of the log as evidence", async () => {
    const { checker, state, end } = world();
    await checker.look(context());
    state.pods = [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        status: { containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] },
      },
    ];
    state.log = `${"x".repeat(10_000)}\npassword=hunter22\nkey is own-secret-1\nlast line`;
    end("Failed", { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" });
    const seen = await checker.look(context({ env: { API_TOKEN: "own-secret-1" } }));
    expect(seen).toMatchObject({
      kind: "outcome",
      state: "failed",
      message: expect.stringContaining("exit code 3"),
    });
    const evidence = seen.kind === "outcome" ? (seen.evidence ?? "") : "";
    expect(evidence).toContain("last line");
    expect(evidence.length).toBeLessThanOrEqual(4_096);
    expect(evidence).not.toMatch(/hunter22|own-secret-1/);
    end("Complete");
    expect(await checker.look(context())).toMatchObject({ kind: "outcome", state: "passed" });
  });

  it("says that it ran too long, and why a pod can't start", async () => {
    const { checker, state, end } = world();
    state.pods = [
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "p" },
        status: {
          containerStatuses: [
            { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
          ],
        },
      },
    ];
    expect(await checker.look(context())).toMatchObject({
      state: "running",
      message: expect.stringContaining("ImagePullBackOff"),
    });
    end("FailureTarget", { reason: "DeadlineExceeded" });
    expect(await checker.look(context())).toMatchObject({
      state: "failed",
      message: expect.stringContaining("longer than its timeout"),
    });
  });

  it("is unreadable when the cluster refuses, when no image is known and when the name is taken", async () => {
    const { checker, state, jobs } = world();
    state.fail = { kind: "forbidden", message: "quota exceeded" };
    expect(await checker.look(context())).toMatchObject({ kind: "unreadable", reason: "JobRefused" });
    state.fail = undefined;
    const bare = context({}, { target: { service: "shop-green" } });
    expect(await checker.look(bare)).toMatchObject({ kind: "unreadable", reason: "NoImage" });
    const name = jobNameOf(context());
    jobs.set(name, { apiVersion: "batch/v1", kind: "Job", metadata: { name, uid: "theirs" } });
    expect(await checker.look(context())).toMatchObject({ kind: "unreadable", reason: "NameTaken" });
    await checker.finish(context());
    expect(jobs.has(name)).toBe(true);
  });

  it("removes its Job at the end, and doing that again does no harm", async () => {
    const { checker, jobs } = world();
    await checker.look(context());
    await checker.finish(context());
    await checker.finish(context());
    expect(jobs.size).toBe(0);
  });
});
