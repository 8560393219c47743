import { seconds } from "../../../src/base/duration.ts";
import type { Pod } from "../../../src/core/gate/pods/pod.ts";
import { resourceType } from "../../../src/kube/resources.ts";
import { PODS } from "../../../src/probes/candidate-cluster.ts";
import { until } from "../../support/until.ts";
import { ClusterBench, must, SERVICE_ACCOUNTS } from "../kube/bench.ts";

/** An image with a shell that the local cluster holds, for a user that is not root. */
export const SHELL_IMAGE = process.env.BASCULE_TEST_IMAGE ?? "localhost/busybox:1";
const SERVICES = resourceType({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  namespaced: true,
});
/** A pod is pulled, scheduled and started; most of it is the cluster's own pace. */
const LIMIT = 90_000;

/** A namespace of a real cluster with Services and the pods behind them, as checks examine them. */
export class CandidateBench {
  readonly bench = new ClusterBench();

  get namespace(): string {
    return this.bench.namespace;
  }

  async start(): Promise<void> {
    await this.bench.start();
    const account = { namespace: this.namespace, name: "default" };
    await until("pods may be made", async () => (await this.bench.client.get(SERVICE_ACCOUNTS, account)).ok);
  }

  async stop(): Promise<void> {
    await this.bench.stop();
  }

  /** A Service and its only pod, which runs; `script` is what its container does, and then it sleeps. */
  async serve(
    name: string,
    {
      script = "true",
      image = SHELL_IMAGE,
      spec = {},
      container = {},
      ports = [{ port: 80, targetPort: 8080 }],
    }: {
      readonly script?: string;
      readonly image?: string;
      readonly spec?: object;
      readonly container?: object;
      readonly ports?: readonly object[];
    } = {},
  ): Promise<Pod> {
    const { client } = this.bench;
    const metadata = { name, namespace: this.namespace };
    const main = { name: "main", image, command: ["sh", "-c", `${script}; sleep 3600`], ...container };
    must(
      await client.create(SERVICES, {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { selector: { app: name }, ports },
      } as never),
    );
    must(
      await client.create(PODS, {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...metadata, labels: { app: name } },
        spec: { terminationGracePeriodSeconds: 0, containers: [main], ...spec },
      } as Pod),
    );
    let pod: Pod | undefined;
    const running = async (): Promise<boolean> => {
      pod = must(await client.get(PODS, metadata, { deadline: seconds(10) }));
      return pod.status?.phase === "Running" && (pod.status.containerStatuses?.[0]?.imageID ?? "") !== "";
    };
    await until(`pod ${name} runs; it is ${JSON.stringify(pod?.status)}`, running, LIMIT);
    if (pod === undefined) throw new Error("no pod");
    return pod;
  }
}
