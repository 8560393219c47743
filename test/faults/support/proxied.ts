/** A bench whose controller, and with it Pulumi, reaches the API server through a proxy that can do harm. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCredentials } from "../../../src/kube/credentials.ts";
import { renderKubeconfig } from "../../../src/stacks/kube-token.ts";
import type { Cluster } from "../../cluster/index.ts";
import { ApiProxy } from "../../lab/api-proxy/api-proxy.ts";
import { controllerKubeconfig } from "../../lab/controller-access.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { testCertificate } from "../../support/test-certificate.ts";
import { type Bench, type BenchOptions, openBench } from "./bench.ts";
import type { PlanOptions } from "./plan.ts";

export interface ProxiedBench extends Bench {
  /** Of a pair, only the first controller's requests pass it. */
  readonly proxy: ApiProxy;
}

export async function openProxiedBench(
  plan: PlanOptions,
  options: Omit<BenchOptions, "access">,
): Promise<ProxiedBench> {
  let proxy: ApiProxy | undefined;
  const access = async (cluster: Cluster, home: string): Promise<string> => {
    const made = await openProxy(cluster, home);
    proxy = made.proxy;
    return made.kubeconfig;
  };
  try {
    const bench = await openBench(plan, { ...options, access });
    const started = proxy as ApiProxy; // openBench has asked for access
    return {
      ...bench,
      proxy: started,
      async close() {
        await bench.close();
        await started.stop();
      },
    };
  } catch (error) {
    await proxy?.stop();
    throw error;
  }
}

/** The controller's own kubeconfig, with the proxy in place of the API server: tokens for stacks then name it too. */
async function openProxy(
  cluster: Cluster,
  home: string,
): Promise<{ readonly proxy: ApiProxy; readonly kubeconfig: string }> {
  const direct = await controllerKubeconfig(cluster, home);
  const credentials = loadCredentials({ kubeconfig: direct });
  const { tls, headers } = await credentials.access();
  const certificate = testCertificate();
  const proxy = await ApiProxy.start({ server: credentials.server, ca: String(tls.ca), certificate });
  const token = (headers.Authorization ?? "").replace("Bearer ", "");
  const kubeconfig = join(home, "kubeconfig-through-proxy");
  const address = { server: proxy.url, ca: certificate.cert };
  writeFileSync(kubeconfig, renderKubeconfig(address, token, SYSTEM_NAMESPACE), { mode: 0o600 });
  return { proxy, kubeconfig };
}
