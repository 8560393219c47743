/** One version of the controller in the place of another: what the tests of that have in common. */
import { test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import { SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import type { World } from "../e2e/world.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { whenObserved } from "../lab/objects.ts";
import { PodController } from "../lab/pod-controller.ts";

export { PARENTS } from "../lab/shop.ts";

import type { Version } from "../lab/version.ts";
import { whyNoPrevious } from "./previous.ts";

const SECRET = typeOf({ apiVersion: "v1", kind: "Secret" });
const ROLL_OUT = minutes(4);
/** For whatever a busy machine takes its time with. */
export const SLOW = minutes(6);
export const HEALTH = {
  name: "health",
  http: { path: "/healthz", interval: "500ms", successes: 1, timeout: "5s" },
};

/** `test`, or `test.skip` in a clone without the history that it needs, and the reason on standard error. */
export async function withHistory(): Promise<typeof test | typeof test.skip> {
  const missing = await whyNoPrevious();
  if (missing === undefined) return test;
  console.warn(`not run: ${missing}`);
  return test.skip;
}

/**
 * All that serves, and Pulumi's state: an operation of Pulumi writes the latter, even when it changes nothing. Gateways write
 * the status of routes, and kubelets make that of Deployments, whenever they like: of these what people and controllers declare.
 * @param part of the names of objects that count; default: all
 */
export async function everything(
  { objects, shop }: World,
  part = "",
): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  const take = async (
    type: typeof KIND.pod,
    namespace: string,
    what: (o: AnyObject) => unknown,
  ): Promise<void> => {
    for (const object of await objects.list(type, namespace))
      if (object.metadata.name.includes(part)) found[`${type.kind} ${object.metadata.name}`] = what(object);
  };
  const declared = ({ metadata }: AnyObject) => [metadata.uid, metadata.generation, metadata.annotations];
  const version = ({ metadata }: AnyObject) => metadata.resourceVersion;
  const identity = ({ metadata }: AnyObject) => metadata.uid;
  for (const type of [KIND.deployment, KIND.route]) await take(type, shop.namespace, declared);
  for (const type of [KIND.service, KIND.configMap]) await take(type, shop.namespace, version);
  for (const type of [KIND.pod, KIND.release]) await take(type, shop.namespace, identity);
  await take(SECRET, SYSTEM_NAMESPACE, version);
  return found;
}

/** Puts another version in the place of the one that runs, and waits until it has looked at these plans as they are edited then. */
export async function replaceBy(
  { controller, objects, shop }: World,
  version: Version,
  edit: () => Promise<void>,
  plans: readonly string[],
): Promise<void> {
  if (!(controller instanceof PodController)) throw new Error("the controller runs beside this process");
  await controller.install(version, ROLL_OUT);
  await edit();
  for (const name of plans) await whenObserved(objects, KIND.plan, { name, namespace: shop.namespace }, SLOW);
}
