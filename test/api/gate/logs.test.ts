import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { check as checkSchema } from "../../../src/api/check.ts";
import { instant } from "../../../src/base/instant.ts";
import type { Look } from "../../../src/ports/checks.ts";
import { kubeCandidateCluster } from "../../../src/probes/candidate-cluster.ts";
import { kubeLogCluster } from "../../../src/probes/security/log-cluster.ts";
import { LogsChecker } from "../../../src/probes/security/logs.ts";
import { lookContext } from "../../support/look-context.ts";
import { until } from "../../support/until.ts";
import { CandidateBench } from "./candidate-bench.ts";

describe("a logs check in a real cluster", () => {
  const cluster = new CandidateBench();
  const { bench } = cluster;
  const checker = new LogsChecker(kubeCandidateCluster(bench.client), kubeLogCluster(bench.client));
  const from = instant(Date.now() - 1_000);

  beforeAll(async () => {
    await cluster.start();
    await Promise.all([
      cluster.serve("healthy", { script: "echo ready; echo 'GET / 200'" }),
      cluster.serve("leaking", { script: "echo ready; echo password=tiger-1964" }),
      cluster.serve("crashing", {
        container: { command: ["sh", "-c", "echo 'panic: out of luck'; sleep 2; exit 1"] },
      }),
      cluster.serve("busy", {
        script:
          "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line number $i of a service that talks a lot; done; echo the end",
      }),
    ]);
  });
  afterAll(async () => void (await cluster.stop()));

  const contextOf = (service: string, logs: object) =>
    lookContext(checkSchema.parse({ name: service, logs }), {
      namespace: bench.namespace,
      target: { service },
      from,
    });
  const looked = async (service: string, logs: object, state: string): Promise<Look> => {
    const context = contextOf(service, logs);
    let seen: Look | undefined;
    const settled = async (): Promise<boolean> => {
      seen = await checker.look(context);
      return seen.kind === "outcome" && seen.state === state;
    };
    await until(`${service} is ${state}`, settled, 60_000);
    if (seen === undefined) throw new Error("no look");
    return seen;
  };

  it("passes a pod that logs what it has to, and counts every line once", async () => {
    const seen = await looked("healthy", { expect: ["^ready$"] }, "passed");
    expect(seen).toMatchObject({ reason: "LogsAsExpected" });
    expect(await looked("healthy", { expect: ["^ready$"] }, "passed")).toMatchObject({ sampleSize: 2 });
  });

  it("waits for a line that does not come", async () => {
    expect(await looked("healthy", { expect: ["^never$"], interval: "1s" }, "running")).toMatchObject({
      reason: "LineMissing",
    });
  });

  it("finds a password, and does not tell it", async () => {
    const seen = await looked("leaking", {}, "failed");
    expect(seen).toMatchObject({ reason: "SecretInLog" });
    expect(JSON.stringify(seen)).not.toContain("tiger-1964");
  });

  it("finds the panic of a container that has been started again", async () => {
    expect(await looked("crashing", {}, "failed")).toMatchObject({ reason: "StackTrace" });
  });

  it("reads a long log to its end", async () => {
    const seen = await looked("busy", { expect: ["^the end$"] }, "passed");
    expect(seen).toMatchObject({ sampleSize: 20_001 });
  });
});
