import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seconds } from "../../../src/base/duration.ts";
import { LEVELS, type Level } from "../../../src/core/gate/pod-security/control.ts";
import { violationsOf } from "../../../src/core/gate/pod-security/index.ts";
import type { Pod } from "../../../src/core/gate/pods/pod.ts";
import { NAMESPACES } from "../../../src/kube/namespace.ts";
import { PODS } from "../../../src/probes/candidate-cluster.ts";
import { POD_SAMPLES, pod } from "../../support/pod-samples.ts";
import { until } from "../../support/until.ts";
import { ClusterBench, must, SERVICE_ACCOUNTS } from "../kube/bench.ts";

/** What the API server says to a pod in the namespace: nothing, or that it violates the level. */
const REFUSED = /violates PodSecurity/;

describe("the Pod Security Standards, beside the API server's own admission,", () => {
  const bench = new ClusterBench();
  const { namespace } = bench;

  beforeAll(async () => {
    await bench.start();
    const account = { namespace, name: "default" };
    await until("pods may be made", async () => (await bench.client.get(SERVICE_ACCOUNTS, account)).ok);
  });
  afterAll(async () => void (await bench.stop()));

  const enforce = async (level: Level): Promise<void> => {
    const labels = {
      "pod-security.kubernetes.io/enforce": level,
      "pod-security.kubernetes.io/enforce-version": "latest",
    };
    must(await bench.client.mergePatch(NAMESPACES, { name: namespace }, { metadata: { labels } }));
    // Admission reads namespaces from a cache.
    const wanted = level === "baseline";
    const probe = pod({ securityContext: {} });
    await until("the level is enforced", async () => (await isTaken(probe)) === wanted);
    expect(await isTaken(pod({ hostPID: true }))).toBe(false);
  };

  const isTaken = async (sample: Pod): Promise<boolean> => {
    const object = { ...sample, metadata: { ...sample.metadata, namespace } };
    const made = await bench.client.create(PODS, object, { dryRun: true, deadline: seconds(30) });
    if (made.ok) return true;
    if (made.error.kind === "forbidden" && REFUSED.test(made.error.message)) return false;
    throw made.error;
  };

  it.each(LEVELS)("say the same of every sample at the level %s", async (level) => {
    await enforce(level);
    const differences: string[] = [];
    let asked = 0;
    for (const { control, good, bad } of POD_SAMPLES)
      for (const sample of [...good, ...bad]) {
        const ours = violationsOf(sample, level);
        const taken = await isTaken(sample);
        asked += 1;
        if (taken !== (ours.length === 0))
          differences.push(
            `${control}: taken ${taken}, ours ${JSON.stringify(ours)}: ${JSON.stringify(sample.spec)}`,
          );
      }
    expect(differences).toEqual([]);
    expect(asked).toBeGreaterThan(60);
  });
});
