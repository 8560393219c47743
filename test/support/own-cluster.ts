/**
 * Set-up of every worker of the projects that need a cluster. BASCULE_CLUSTERS names as many clusters as there are
 * workers; each takes the one of its number, so that a file has a cluster to itself while others run on theirs.
 */

import { environmentOf } from "../cluster/environment.ts";
import { openCluster, readClusterName } from "../cluster/index.ts";
import { clustersAtOnce } from "./clusters-at-once.ts";

const names = clustersAtOnce();
if (names.length > 0) {
  const worker = Number(process.env.VITEST_POOL_ID);
  const name = names[worker - 1];
  if (name === undefined) throw new Error(`worker ${worker} has no cluster; there are ${names.join(", ")}`);
  Object.assign(process.env, environmentOf(await openCluster(readClusterName(name))));
}
