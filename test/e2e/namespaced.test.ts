import { afterAll, beforeAll, expect, test } from "vitest";
import { minutes } from "../../src/base/duration.ts";
import { CONTROLLER, SYSTEM_NAMESPACE } from "../../src/cli/install/settings.ts";
import { waitUntil } from "../cluster/lib/wait.ts";
import { addTenant } from "../lab/install.ts";
import { type AnyObject, KIND, typeOf } from "../lab/kinds.ts";
import { clockNow } from "../lab/load/load.ts";
import { PodController } from "../lab/pod-controller.ts";
import { Releases } from "../lab/releases.ts";
import { readUses } from "../lab/rights.ts";
import { SHOP, writePlan } from "../lab/shop.ts";
import { PRESENT } from "../lab/version.ts";
import { CommandLine } from "../support/command-line.ts";
import { PARENTS } from "../upgrade/support.ts";
import { World } from "./world.ts";

/** A controller that is installed for the whole cluster at first, and then for one namespace of two; 100 requests a second to a shop in it. */
const OTHER = "e2e-unwatched";
/** Where a second one is installed, for the other. */
const SECOND = "bascule-second";
const userOf = (system: string): string => `system:serviceaccount:${system}:${CONTROLLER}`;
const RBAC = "rbac.authorization.k8s.io/v1";
const BINDING = typeOf({ apiVersion: RBAC, kind: "ClusterRoleBinding" });
const ROLE_BINDING = typeOf({ apiVersion: RBAC, kind: "RoleBinding" });
type Right = readonly [verb: string, resource: string, group: string];
/** Some of what a controller may do where it looks after plans; Secrets where the tenant says so. */
const RIGHTS = [
  ["list", "pods", ""],
  ["patch", "httproutes", "gateway.networking.k8s.io"],
  ["create", "serviceaccounts/token", ""],
  ["get", "secrets", ""],
] as const satisfies readonly Right[];
let world: World;
/** Releases of the namespace that it does not look after. */
let others: Releases;
/** When the controller of the whole cluster was gone. */
let since: string;

beforeAll(async () => {
  world = await World.open("e2e-namespaced", { inCluster: true });
  others = new Releases(world.objects, OTHER);
});
afterAll(async () => {
  if (world === undefined) return;
  await world.objects.askToRemove(KIND.namespace, { name: OTHER });
  await world.close();
});

const pods = (): Promise<readonly AnyObject[]> =>
  world.objects.list(KIND.pod, SYSTEM_NAMESPACE, "app.kubernetes.io/component=controller");
const line = (namespace = SYSTEM_NAMESPACE, deadline = minutes(2)): CommandLine =>
  new CommandLine({ namespace, deadline, kubeconfig: world.cluster.kubeconfig });

/** @param namespace none: everywhere */
async function may(
  [verb, resource, group]: Right,
  namespace?: string,
  system = SYSTEM_NAMESPACE,
): Promise<boolean> {
  const review = await world.objects.create({
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: { name: "" },
    spec: {
      user: userOf(system),
      groups: ["system:serviceaccounts", `system:serviceaccounts:${system}`, "system:authenticated"],
      resourceAttributes: { verb, resource, group, ...(namespace === undefined ? {} : { namespace }) },
    },
  });
  return review.status.allowed;
}

test("installing for some namespaces takes the rights in all of them away, and says so", async () => {
  const { controller, objects, shop } = world;
  if (!(controller instanceof PodController)) throw new Error("the controller runs beside this process");
  for (const name of [OTHER, SECOND]) await objects.remove(KIND.namespace, { name });
  await addTenant(objects, OTHER);
  // Its credentials are nothing to the first controller.
  await objects.askToRemove(ROLE_BINDING, { name: "bascule-credentials", namespace: OTHER });
  expect(await may(RIGHTS[0])).toBe(true);
  const former = new Set((await pods()).map(({ metadata }) => metadata.uid));
  await controller.install(PRESENT, minutes(4), ["--watch-namespace", shop.namespace]);
  const gone = async (): Promise<boolean> =>
    (await pods()).every(({ metadata }) => !former.has(metadata.uid));
  await waitUntil("the former controllers are gone", gone, { deadline: minutes(2) });
  since = new Date().toISOString();
  for (const { metadata, subjects } of await objects.list(BINDING))
    expect(JSON.stringify(subjects ?? []), metadata.name).not.toContain(CONTROLLER);
  for (const right of RIGHTS) {
    expect(await may(right), `${right} everywhere`).toBe(false);
    expect(await may(right, OTHER), `${right} elsewhere`).toBe(false);
    expect(await may(right, shop.namespace), `${right}`).toBe(true);
  }
});

test("a namespace that is not there is refused before anything is changed", async () => {
  const ran = await line().run("install", "--image", "x", "--watch-namespace", "no-such-namespace");
  expect(ran.exit).toBe(1);
  expect(ran.err).toContain("there is no namespace no-such-namespace; make it first, nothing was changed");
});

test("releases of the namespace go on as ever, and nobody looks at the others", async () => {
  const from = clockNow();
  const { objects, shop, releases } = world;
  await objects.apply({
    apiVersion: "bascule.dev/v1alpha1",
    kind: "ReleasePlan",
    metadata: { name: "other", namespace: OTHER },
    spec: {
      stack: { program: { name: "web-service" }, values: { port: 8080 } },
      capacity: { replicas: 1 },
      traffic: { create: { hostnames: ["other.example"], parentRefs: PARENTS } },
      strategy: { direct: {} },
      timing: { observe: "1s" },
    },
  });
  await others.create("other", "other-1", "v1", "localhost/shop:v1");
  await writePlan(objects, shop, { strategy: { canary: { steps: [{ weight: 20, hold: "4s" }] } } });
  await releases.create(SHOP, "shop-v1", "v1", "localhost/shop:v1");
  await releases.whenPhase("shop-v1", "Completed", minutes(5));
  await world.whenLive("blue");
  expect(world.shares("blue", from)).toEqual([0, 20, 100]);
  expect(world.lost(from)).toEqual({});
  expect(world.breaches()).toEqual([]);
  for (const [type, name] of [
    [KIND.plan, "other"],
    [KIND.release, "other-1"],
  ] as const) {
    const { metadata, status } = await objects.get(type, { name, namespace: OTHER });
    expect(metadata.finalizers ?? []).toEqual([]);
    expect(status).toEqual({ observedGeneration: -1 });
  }
  expect(await objects.list(KIND.deployment, OTHER)).toEqual([]);
});

test("a template of the cluster, which it can't read, is told with the remedy", async () => {
  const { objects, shop } = world;
  const verification = [
    { name: "golden", templateRef: { name: "http-golden-signals", kind: "ClusterVerificationTemplate" } },
  ];
  await writePlan(objects, shop, { strategy: { direct: {} }, verification });
  await world.releases.create(SHOP, "shop-v2", "v2", "localhost/shop:v2");
  const { status } = await world.releases.when("shop-v2", "waits for the template", (s) =>
    s?.message?.includes("reads no ClusterVerificationTemplate"),
  );
  expect(status).toMatchObject({ phase: "Pending" });
  expect(status.message).toContain("copy it to a VerificationTemplate of this namespace");
  await world.releases.command("shop-v2", { abort: { reason: "seen" } });
  await world.releases.whenPhase("shop-v2", "Cancelled");
});

test("the doctor knows which namespaces it looks after, and finds nothing wrong", async () => {
  const ran = await line().run("doctor", "-o", "json");
  const { findings } = JSON.parse(ran.out) as {
    readonly findings: readonly { readonly state: string; readonly what: string; readonly said: string }[];
  };
  expect(findings.filter(({ state }) => state !== "ok")).toEqual([]);
  expect(findings.find(({ what }) => what === "scope")?.said).toContain(
    `plans of ${world.shop.namespace} only`,
  );
});

/** The image of the controller that runs. */
async function image(): Promise<string> {
  const { spec } = await world.objects.get(KIND.deployment, {
    name: CONTROLLER,
    namespace: SYSTEM_NAMESPACE,
  });
  return spec.template.spec.containers[0].image;
}

test("a second controller takes the other namespace over, and leaves the first and its namespace alone", async () => {
  const first = (await pods()).map(({ metadata }) => metadata.uid);
  const args = ["--image", await image(), "--watch-namespace", OTHER, "--force", "--timeout", "240s"];
  expect(await line(SECOND, minutes(5)).run("install", ...args)).toMatchObject({ exit: 0 });
  await others.whenPhase("other-1", "Completed", minutes(5));
  expect((await pods()).map(({ metadata }) => metadata.uid)).toEqual(first);
  expect(await world.releases.get("shop-v1")).toMatchObject({ status: { phase: "Completed" } });
});

test("neither has a right in the other's namespace, and the first asked for nothing there", async ({
  skip,
}) => {
  for (const right of RIGHTS) {
    expect(await may(right, OTHER), `${right} of the first`).toBe(false);
    expect(await may(right, world.shop.namespace, SECOND), `${right} of the second`).toBe(false);
  }
  const { auditLog } = world.cluster;
  if (auditLog === undefined) return skip("this cluster keeps no audit log");
  const uses = await readUses(auditLog, userOf(SYSTEM_NAMESPACE), since);
  expect(uses.length).toBeGreaterThan(20);
  const named = (use: (typeof uses)[number]) => `${use.verb} ${use.resource} in ${use.namespace ?? "all"}`;
  expect(uses.filter(({ code }) => code === 403).map(named)).toEqual([]);
  const wrong = uses.filter(({ namespace }) => namespace === OTHER || namespace === SECOND);
  expect(wrong.map(named)).toEqual([]);
});

test("installing for the whole cluster again takes the roles of the namespace away", async () => {
  const { controller, objects, shop } = world;
  if (!(controller instanceof PodController)) throw new Error("the controller runs beside this process");
  // Two that look after one namespace would be in each other's way.
  const refused = await line().run("install", "--image", await image());
  expect(refused.exit).toBe(1);
  expect(refused.err).toContain(`the controller in ${SECOND} looks after ${OTHER}: two would act`);
  const second = await line(SECOND).run("uninstall");
  expect(second).toMatchObject({ exit: 0 });
  expect(second.out).toContain("removed");
  await controller.install(PRESENT, minutes(4));
  const roles = await objects.list(
    typeOf({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" }),
    shop.namespace,
  );
  expect(roles.filter(({ metadata }) => metadata.name.startsWith(CONTROLLER))).toEqual([]);
  await objects.askToRemove(KIND.namespace, { name: SECOND });
});
