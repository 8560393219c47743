import { MANAGER, MARK } from "../../api/object.ts";
import { seconds } from "../../base/duration.ts";
import type { KubeObject } from "../../kube/kube-object.ts";
import { entryOf, ObjectStore } from "../../kube/object-store.ts";
import { resourceName } from "../../kube/resources.ts";
import { budgetOf, endpointsOf, podOf, serviceOf } from "../../world/projections.ts";
import { TYPES } from "../../world/types.ts";
import { KubeWorld } from "../../world/world.ts";
import type { Cluster } from "../cluster.ts";

const DEADLINE = seconds(30);

type Name = keyof typeof TYPES;
type Project = (object: KubeObject) => KubeObject;

/** What is read of the namespace; `labelled` ones only where they are the plan's. */
const READS: readonly { readonly name: Name; readonly labelled?: boolean; readonly project?: Project }[] = [
  { name: "releases" },
  { name: "verifications" },
  { name: "templates" },
  { name: "deployments", labelled: true },
  { name: "autoscalers", labelled: true },
  { name: "pods", labelled: true, project: podOf },
  { name: "services", project: serviceOf },
  { name: "endpoints", project: endpointsOf },
  { name: "budgets", project: budgetOf },
  { name: "routes" },
];

/** The controller's world, filled once with what one plan depends on instead of being watched. */
export interface ReadWorld {
  readonly world: KubeWorld;
  readonly plan: KubeObject | undefined;
  /** Resources that this person may not read, or that the cluster does not have. */
  readonly notes: readonly string[];
}

/**
 * Reads everything about a plan with the person's own rights, in one namespace. What may not be read counts as absent
 * and is noted. @throws KubeError when the cluster can't be asked
 */
export async function readWorld(cluster: Cluster, name: string, supposed?: KubeObject): Promise<ReadWorld> {
  const { namespace } = cluster;
  const world = new KubeWorld({ client: cluster.client, clock: cluster.clock });
  const notes: string[] = [];
  const found = await cluster.client.get(TYPES.plans, { namespace, name }, { deadline: DEADLINE });
  if (!found.ok && found.error.kind !== "notFound") throw found.error;
  const plan = found.ok ? found.value : undefined;
  if (plan === undefined) return { world, plan, notes };
  put(world, "plans", plan);
  const labelSelector = `${MARK.managedBy}=${MANAGER},${MARK.plan}=${name}`;
  await Promise.all(
    READS.map(async (read) => {
      const selection = { namespace, ...(read.labelled ? { labelSelector } : {}) };
      const answer = await cluster.client.list(TYPES[read.name], { ...selection, deadline: DEADLINE });
      if (answer.ok) for (const item of answer.value.items) put(world, read.name, item, read.project);
      else if (answer.error.kind === "forbidden") notes.push(unseen(read.name));
      else if (answer.error.kind === "notFound")
        notes.push(`the cluster does not know ${resourceName(TYPES[read.name])}`);
      else throw answer.error;
    }),
  );
  await readClusterTemplates(cluster, world, plan, notes);
  if (supposed !== undefined) put(world, "releases", supposed);
  return { world, plan, notes: notes.sort() };
}

const unseen = (name: Name): string =>
  `you may not read ${resourceName(TYPES[name])}: they count as absent here, the controller sees them`;

function put(world: KubeWorld, name: Name, object: KubeObject, project: Project = (o) => o): void {
  const { store } = world.reflectors[name];
  // Reflectors show their store for reading only; this world is never started, so nobody else fills it.
  if (!(store instanceof ObjectStore)) throw new TypeError(`the store of ${name} can't be filled`);
  store.put(entryOf(object, project(object)));
}

/** Cluster templates that the plan names and the namespace does not have. */
async function readClusterTemplates(
  cluster: Cluster,
  world: KubeWorld,
  plan: KubeObject,
  notes: string[],
): Promise<void> {
  for (const ref of templateRefs(plan)) {
    const own = ref.kind !== "ClusterVerificationTemplate";
    if (own && world.template(cluster.namespace, ref.name) !== undefined) continue;
    const answer = await cluster.client.get(
      TYPES.clusterTemplates,
      { name: ref.name },
      { deadline: DEADLINE },
    );
    if (answer.ok) put(world, "clusterTemplates", answer.value);
    else if (answer.error.kind === "forbidden") notes.push(unseen("clusterTemplates"));
    else if (answer.error.kind !== "notFound") throw answer.error;
  }
}

type TemplateRef = { readonly name: string; readonly kind?: string };

function templateRefs(plan: KubeObject): readonly TemplateRef[] {
  const { spec } = plan as KubeObject & {
    readonly spec?: { readonly verification?: readonly { readonly templateRef?: TemplateRef }[] };
  };
  return (spec?.verification ?? []).flatMap((v) => (v.templateRef === undefined ? [] : [v.templateRef]));
}
