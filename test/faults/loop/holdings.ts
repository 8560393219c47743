/** What the loop's controller holds, and what its releases have left behind, when nothing is going on. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { seconds } from "../../../src/base/duration.ts";
import { ANNOTATION, readHead } from "../../../src/stacks/state/state-head.ts";
import { waitUntil } from "../../cluster/lib/wait.ts";
import type { Collected } from "../../lab/collecting.ts";
import { SYSTEM_NAMESPACE } from "../../lab/install.ts";
import { KIND, typeOf } from "../../lab/kinds.ts";
import type { Sample } from "../../lab/soak/flat.ts";
import { processesOf, WORKER } from "../support/processes.ts";
import type { ProxiedBench } from "../support/proxied.ts";

/** Finished releases that the loop's plan keeps. */
export const HISTORY = 2;

export const collectedFile = (home: string): string => join(home, "collected.json");

/** Has the controller collect its garbage, and measures it. */
export async function sampleOf(bench: ProxiedBench, round: number): Promise<Sample> {
  const { heap, external, resident, pid } = await collect(bench);
  return {
    ...{ round, pid },
    heapKiB: Math.round((heap + external) / 1_024),
    residentMiB: Math.round(resident / 2 ** 20),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    watches: bench.proxy.openWatches,
    children: processesOf(bench.home, WORKER).length,
  };
}

async function collect({ home, controller }: ProxiedBench): Promise<Collected> {
  const { pid } = controller.identity ?? {};
  if (pid === undefined) throw new Error("no controller runs");
  const read = (): Collected | undefined => {
    const file = collectedFile(home);
    const found = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Collected) : undefined;
    return found?.pid === pid ? found : undefined;
  };
  const before = read()?.count ?? 0;
  process.kill(pid, "SIGUSR2");
  const collected = (): boolean => (read()?.count ?? 0) > before;
  await waitUntil("the controller collects its garbage", collected, { deadline: seconds(20) });
  return read() as Collected;
}

const of = (apiVersion: string, kind: string) => typeOf({ apiVersion, kind });
const IN_NAMESPACE = {
  releases: KIND.release,
  verifications: KIND.verification,
  configMaps: KIND.configMap,
  secrets: of("v1", "Secret"),
  replicaSets: of("apps/v1", "ReplicaSet"),
  services: KIND.service,
  routes: KIND.route,
} as const;

/** How many there are of what releases make, by kind. */
export async function leftoversOf(bench: ProxiedBench): Promise<Readonly<Record<string, number>>> {
  const { objects, namespace, home } = bench;
  const counts: Record<string, number> = {};
  for (const [what, type] of Object.entries(IN_NAMESPACE))
    counts[what] = (await objects.list(type, namespace)).length;
  const secrets = await objects.list(IN_NAMESPACE.secrets, SYSTEM_NAMESPACE);
  const heads = secrets.map(({ metadata }) => readHead(metadata.annotations?.[ANNOTATION]));
  counts.states = heads.filter((head) => head.ok && head.value.stack.startsWith(`${namespace}.`)).length;
  const leases = await objects.list(of("coordination.k8s.io/v1", "Lease"), SYSTEM_NAMESPACE);
  counts.leases = leases.filter(({ metadata }) => metadata.name.includes(`${namespace}.`)).length;
  for (const folder of ["state", "work", "tmp", "pulumi"])
    counts[`files in ${folder}`] = filesBelow(join(home, folder));
  return counts;
}

const filesBelow = (folder: string): number =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
    : 0;

const SLOTS = 2;
const STACKS = SLOTS + 1;
/** Live, verify, 20 %, 100 % and observe. */
const VERIFICATIONS = 5;
const RELEASES = HISTORY + SLOTS;

/** The most of each that may be there, however many releases there were. */
export const KEPT: Readonly<Record<string, number>> = {
  releases: RELEASES,
  verifications: RELEASES * VERIFICATIONS,
  /** The certificate that every namespace has. */
  configMaps: 1,
  secrets: 0,
  /** `revisionHistoryLimit` of web-service, and the present one. */
  replicaSets: SLOTS * 3,
  /** Each slot's, the preview's and the entry. */
  services: SLOTS + 2,
  routes: 1,
  states: STACKS,
  leases: STACKS,
  /** Twenty operations of each stack, each with its state, and digests of both; and some about the stack itself. */
  "files in state": STACKS * (20 * 4 + 10),
  "files in work": 50,
  "files in tmp": 10,
  /** A hundred logs of the CLI. */
  "files in pulumi": 150,
};
