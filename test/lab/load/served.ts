import { seconds } from "../../../src/base/duration.ts";
import type { Cluster } from "../../cluster/index.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import { Load } from "./load.ts";

/** Waits until a host answers through the gateway without a loss; a load may begin only when the route is known. */
export async function whenServed(
  cluster: Pick<Cluster, "gatewayUrl">,
  host: string,
  version: string,
): Promise<void> {
  const serves = async (): Promise<boolean> => {
    const probe = new Load(cluster, { host, rate: 20, limit: seconds(0.5) });
    await probe.whenAnswered(version, 1, seconds(2)).catch(() => undefined);
    const { requests, lost } = (await probe.stop()).figures();
    return requests > 0 && lost === 0;
  };
  await waitUntil(`${version} answers through the gateway`, serves, { deadline: seconds(30) });
}
