import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hours } from "../../src/base/duration.ts";
import { CONTROLLER, SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { loadCredentials } from "../../src/kube/credentials.ts";
import { serviceAccountTokens } from "../../src/stacks/kube-token.ts";
import type { Cluster } from "../cluster/index.ts";
import { Objects } from "./objects.ts";

const LIFETIME = hours(24);

/**
 * A kubeconfig with which a process on this machine is the controller's service account: it has the rights that an installation
 * has, and what it asks for is in the API server's audit log. Made once for a cluster, so that a controller can be
 * started while the API server is gone. @throws LabError while the account is not there
 */
export async function controllerKubeconfig(
  cluster: Pick<Cluster, "kubeconfig">,
  folder: string,
): Promise<string> {
  const admin = readFileSync(cluster.kubeconfig);
  const file = join(folder, `kubeconfig-${createHash("sha256").update(admin).digest("hex").slice(0, 12)}`);
  if (existsSync(file)) return file;
  const credentials = loadCredentials({ kubeconfig: cluster.kubeconfig });
  const { ca } = (await credentials.access()).tls;
  const address = { server: credentials.server, ...(ca === undefined ? {} : { ca: ca.toString() }) };
  const objects = new Objects(cluster);
  try {
    const token = serviceAccountTokens(objects.client, address, LIFETIME);
    const text = await token({ namespace: SYSTEM_NAMESPACE, name: CONTROLLER });
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  } finally {
    await objects.close();
  }
}
