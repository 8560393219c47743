import { join } from "node:path";
import { minutes } from "../../../src/base/duration.ts";
import type { Cluster } from "../../cluster/index.ts";
import { run } from "../../cluster/lib/run.ts";
import { KIND } from "../kinds.ts";
import { LabError } from "../lab-error.ts";
import type { Objects } from "../objects.ts";
import type { CopyOrder } from "./copier.ts";

export interface Copied {
  /** Of one original. */
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Copies all of a namespace's objects whose names hold a text, statuses included, a thousand times faster than the API
 * server would take them: into etcd, byte by byte but for names and uids, while the API server is stopped. `headless`:
 * Services without addresses, of which a cluster has too few for thousands. For clusters without Docker.
 */
export async function copyInEtcd(
  cluster: Cluster,
  objects: Objects,
  order: Pick<CopyOrder, "namespace" | "name" | "copies">,
  { headless = false }: { readonly headless?: boolean } = {},
): Promise<Copied> {
  const pid = await cluster.component("etcd").pid();
  if (cluster.backend !== "bare" || pid === undefined)
    throw new LabError("process", "etcd can't be reached; this needs a running cluster of the bare back end");
  const instead = headless ? await headlessServices(objects, order.namespace) : {};
  const apiServer = cluster.component("apiserver");
  await apiServer.stop();
  try {
    const copier = [process.execPath, join(import.meta.dirname, "copier.ts")];
    const input = JSON.stringify({ ...order, instead, node: `${cluster.name}-node` } satisfies CopyOrder);
    const argv = ["--target", String(pid), "--net", "--", ...copier];
    return JSON.parse(await run("nsenter", argv, { input, deadline: minutes(20) })) as Copied;
  } finally {
    await apiServer.start();
  }
}

/** A namespace's Services without addresses of their own, by their keys in etcd. The API server reads JSON too. */
async function headlessServices(
  objects: Objects,
  namespace: string,
): Promise<Readonly<Record<string, string>>> {
  const services = await objects.list(KIND.service, namespace);
  const forms = services.map((service) => {
    const spec = { ...service.spec, clusterIP: "None", clusterIPs: ["None"] };
    return [
      `/registry/services/specs/${namespace}/${service.metadata.name}`,
      JSON.stringify({ ...service, spec }),
    ];
  });
  return Object.fromEntries(forms);
}
